// Yours: written once. npx cdk --app "npx tsx deploy/cdk/app.ts" deploy parcels-STAGE
import { App, Stack } from "aws-cdk-lib";
import { GatewayApi } from "./api.js";

const app = new App();
const stage_dev = new Stack(app, "parcels-dev", {
  env: { account: "111111111111", region: "eu-west-1" },
});
new GatewayApi(stage_dev, "Api", { stage: "dev" });
const stage_qa = new Stack(app, "parcels-qa", {
  env: { account: "111111111111", region: "eu-west-1" },
});
new GatewayApi(stage_qa, "Api", { stage: "qa" });
const stage_prod = new Stack(app, "parcels-prod", {
  env: { account: "222222222222", region: "eu-west-1" },
});
new GatewayApi(stage_prod, "Api", { stage: "prod" });
