import { render } from "preact";
import { App } from "./app.js";
import "./console.css";
import { store } from "./store.js";

const place = document.getElementById("console");
if (place === null) throw new Error("the page has no place for the console");
store.start();
render(<App />, place);
