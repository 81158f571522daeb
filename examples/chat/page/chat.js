// The whole client: a WebSocket, and what it says shown as text.
const at = new URL(location.href).searchParams.get("gateway") ?? "ws://localhost:8087/dev";
const byId = (id) => document.getElementById(id);
let socket;
let name;

byId("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  name = form.get("name");
  const room = form.get("room");
  show("connecting …");
  // whoever asks gets a ticket here; where people sign in, the page would get it then
  const ticket = await (await fetch(`ticket?name=${encodeURIComponent(name)}`)).text();
  socket = new WebSocket(`${at}?ticket=${encodeURIComponent(ticket)}`);
  socket.addEventListener("open", () => send({ action: "join", room }));
  socket.addEventListener("message", ({ data }) => receive(JSON.parse(data)));
  socket.addEventListener("close", ({ code }) => show(`the connection has ended (${code})`));
});

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const { text } = event.target.elements;
  send({ action: "say", text: text.value });
  text.value = "";
  text.focus();
});

function send(message) {
  socket.send(JSON.stringify(message));
}

function receive(message) {
  if (message.event === "joined") {
    byId("enter").hidden = true;
    byId("room").hidden = false;
    byId("text").focus();
    show(`${name} in ${message.room}`);
    note(
      message.people.length === 1 ? "You are alone here." : `Here: ${message.people.join(", ")}`,
    );
  } else if (message.event === "said") {
    add(message.name === name ? "own" : "", message.text, message.name);
  } else if (message.event === "came") {
    note(`${message.name} came in.`);
  } else if (message.event === "left") {
    note(`${message.name} has left.`);
  } else {
    note(message.message ?? "The gateway said something that this page does not know.");
  }
}

function show(state) {
  byId("state").textContent = state;
}

function note(text) {
  add("note", text);
}

function add(kind, text, from) {
  const item = document.createElement("li");
  item.className = kind;
  if (from !== undefined)
    item.append(Object.assign(document.createElement("b"), { textContent: from }));
  item.append(text);
  byId("messages").append(item);
  item.scrollIntoView({ block: "end" });
}
