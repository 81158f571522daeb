import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import type { Person, Rooms } from "./rooms.js";

/**
 * Rooms in a DynamoDB table, for any number of gateways: key `connectionId`, and an index `room` by the
 * attribute of that name.
 */
export function tableRooms(table: string): Rooms {
  const client = new DynamoDBClient({});
  const keyOf = (connectionId: string) => ({
    TableName: table,
    Key: { connectionId: { S: connectionId } },
  });
  return {
    async enter({ connectionId, name, room }) {
      const { Attributes } = await client.send(
        new PutItemCommand({
          TableName: table,
          Item: { connectionId: { S: connectionId }, name: { S: name }, room: { S: room } },
          ReturnValues: "ALL_OLD",
        }),
      );
      return personOf(Attributes);
    },
    async leave(connectionId) {
      const { Attributes } = await client.send(
        new DeleteItemCommand({ ...keyOf(connectionId), ReturnValues: "ALL_OLD" }),
      );
      return personOf(Attributes);
    },
    async find(connectionId) {
      const { Item } = await client.send(new GetItemCommand(keyOf(connectionId)));
      return personOf(Item);
    },
    async people(room) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: "room",
          KeyConditionExpression: "room = :room",
          ExpressionAttributeValues: { ":room": { S: room } },
        }),
      );
      return Items.flatMap((item) => personOf(item) ?? []);
    },
  };
}

function personOf(item: Record<string, AttributeValue> | undefined): Person | undefined {
  const [connectionId, name, room] = [
    item?.["connectionId"]?.S,
    item?.["name"]?.S,
    item?.["room"]?.S,
  ];
  if (connectionId === undefined || name === undefined || room === undefined) return undefined;
  return { connectionId, name, room };
}
