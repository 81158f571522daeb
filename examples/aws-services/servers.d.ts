/** Ports to listen on; 0 is a free one. */
export interface Ports {
  readonly files: number;
  readonly orders: number;
  readonly messages: number;
}

/** A form as it arrived for SNS or SQS, with the path and the signature of its request. */
export type Message = Readonly<Record<string, string>>;

export interface Servers {
  /** Origins: S3, DynamoDB, and both SNS and SQS. */
  readonly files: string;
  readonly orders: string;
  readonly messages: string;
  close(): Promise<void>;
}

export declare function startServers(
  ports?: Ports,
  print?: (message: Message) => void,
): Promise<Servers>;
