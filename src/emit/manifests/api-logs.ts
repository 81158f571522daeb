/** What the role may do by which API Gateway writes the logs of an account. */
export const apiLogActions = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:PutLogEvents",
  "logs:GetLogEvents",
  "logs:FilterLogEvents",
];

/** The widgets of a dashboard, from left to right. */
export const dashboardWidgets = [
  { title: "Requests", metrics: ["Count"], stat: "Sum" },
  { title: "Errors", metrics: ["4XXError", "5XXError"], stat: "Sum" },
  { title: "Latency p99", metrics: ["Latency", "IntegrationLatency"], stat: "p99" },
];
