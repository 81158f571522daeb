/** Somebody in a room. */
export interface Person {
  readonly connectionId: string;
  readonly name: string;
  readonly room: string;
}

/** Who is where. */
export interface Rooms {
  /** Puts somebody into a room; gives where he was before. */
  enter(person: Person): Promise<Person | undefined>;
  /** Takes somebody out of his room; gives where he was. */
  leave(connectionId: string): Promise<Person | undefined>;
  find(connectionId: string): Promise<Person | undefined>;
  people(room: string): Promise<readonly Person[]>;
}

/** Rooms of this process: enough for one gateway whose functions run in its own thread. */
export function memoryRooms(): Rooms {
  const byConnection = new Map<string, Person>();
  return {
    async enter(person) {
      const before = byConnection.get(person.connectionId);
      byConnection.set(person.connectionId, person);
      return before;
    },
    async leave(connectionId) {
      const before = byConnection.get(connectionId);
      byConnection.delete(connectionId);
      return before;
    },
    async find(connectionId) {
      return byConnection.get(connectionId);
    },
    async people(room) {
      return [...byConnection.values()].filter((person) => person.room === room);
    },
  };
}
