// The page of a running program: what it asks, and who is given the answers.

import { put, mark, find } from "./dom.js";
import { Line, address } from "./talk.js";
import { Model } from "./model.js";
import { Values } from "./values.js";
import { Pictures } from "./pictures.js";
import { Graph } from "./graph.js";
import { Streams } from "./streams.js";
import { Controls } from "./controls.js";
import { Commands } from "./commands.js";
import { Log } from "./log.js";
import { Details } from "./details.js";
import { howItEnded, whyNot } from "./ended.js";
import { stateOf } from "./states.js";
import * as say from "./format.js";

const PERIOD_MS = 1000, FIRST_MS = 250;

const url = address("ws");
const watch = new Line(url), deed = new Line(url);
let model = null, shape = "", isAsking = false, timer = 0, hello = null, hasEnded = false;

// Orders go their own way, as `set` and `call` may take long. It is opened with the first one.
async function act(method, parameters, take) {
	if (!deed.talk) {
		const opened = new Promise((resolve) => (deed.onopen = resolve));

		deed.open();
		await opened;
	}
	const answer = await deed.ask(method, parameters, take);
	if (method !== "why")
		soon();
	return answer;
}

const has = (stream) => (model?.streams.get(stream)?.status.published ?? 0) > 0;
const values = new Values(url, has);
const pictures = new Pictures(url, has, () => model);
const graph = new Graph(find("#graph"));
const controls = new Controls(find("#params"), act);
const commands = new Commands(find("#commands"), act);
const log = new Log(find("#log"));
const details = new Details(find("#details"), act, {
	params: (name) => {
		controls.only(`${name}.`);
		chooseTab("params");
	},
	logs: (name) => {
		log.only(name);
		choosePane("log");
	},
	fates: (lines) => graph.fates(lines),
});
const streams = new Streams(find("#streams"), { values, pictures,
	why(frame, stream) {
		graph.choose(null);
		showDetails();
		details.ask(frame, stream, model);
	},
	saw(name, { age }) {
		const stream = model?.streams.get(name);

		if (stream)
			stream.age = age;
	} });

// ---- What is shown where ----

const tabs = [...document.querySelectorAll("[role=tab]")];

function chooseTab(id) {
	for (const tab of tabs) {
		const isChosen = tab.getAttribute("aria-controls") === id;

		mark(tab, "aria-selected", String(isChosen));
		tab.tabIndex = isChosen ? 0 : -1;
		mark(find(`#${tab.getAttribute("aria-controls")}`), "hidden", !isChosen);
	}
}

// On a narrow screen one pane is shown at a time.
function choosePane(name) {
	document.body.dataset.tab = name;
	for (const button of document.querySelectorAll(".foot button"))
		mark(button, "aria-current", button.dataset.tab === name ? "true" : null);
	if (name === "log")
		log.toEnd();
}

function showDetails() {
	chooseTab("details");
	if (getComputedStyle(find(".foot")).display !== "none")
		choosePane("side");
}

for (const [i, tab] of tabs.entries()) {
	tab.addEventListener("click", () => chooseTab(tab.getAttribute("aria-controls")));
	tab.addEventListener("keydown", (event) => {
		const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];

		if (!by)
			return;
		const next = tabs[(i + by + tabs.length) % tabs.length];
		next.click();
		next.focus();
	});
}
for (const button of document.querySelectorAll(".foot button"))
	button.addEventListener("click", () => choosePane(button.dataset.tab));
find("[name=all]").addEventListener("change", () => controls.filter());
graph.onchoose = (card) => {
	graph.choose(card.id);
	showDetails();
	details.choose(card, model);
};

const stopping = find("#stopping");
find("#stop").addEventListener("click", () => stopping.showModal());
stopping.addEventListener("close", () => {
	if (stopping.returnValue === "yes")
		act("stop").catch((error) => banner(error.message, "bad"));
	stopping.returnValue = "";
});

function banner(words, look) {
	const element = find("#banner");

	put(element, words ?? "");
	mark(element, "data-look", look);
	mark(element, "hidden", !words);
}

function phase(state, word) {
	const element = find("#phase");

	mark(element, "data-state", state);
	put(find(".sign", element), stateOf(state).sign);
	put(find(".word", element), word ?? stateOf(state).word);
}

// ---- Rounds ----

function showTotals() {
	const { frames, dropping, restarts } = model.totals(), total = (name) => find(`[data-total=${name}]`);

	put(total("frames"), say.rate(frames));
	put(total("dropping"), say.rate(dropping));
	put(total("restarts"), restarts);
	put(total("nodes"), model.nodes.size);
	put(total("memory"), say.bytes(model.program.bytes));
	mark(total("restarts"), "data-look", restarts ? "warn" : null);
	if (model.phase === "running")
		phase("running");
	else
		phase("ended", model.phase);
}

async function round() {
	if (isAsking || !watch.isOpen || !model)
		return;
	isAsking = true;
	clearTimeout(timer);
	try {
		await model.update(watch);
		graph.update();
		streams.update();
		details.update();
		showTotals();
		await controls.update(watch);
		await log.update(watch);
	} catch (error) {
		if (error.name !== "closed")
			banner(`The program answers otherwise than this page expects: ${error.message}`, "bad");
	}
	isAsking = false;
	timer = setTimeout(round, document.hidden ? 4 * PERIOD_MS : PERIOD_MS);
}

function soon() {
	clearTimeout(timer);
	timer = setTimeout(round, FIRST_MS);
}

async function describe(greeting) {
	try {
		const next = await Model.describe(watch);
		const isSame = shape === next.shape && hello?.pid === greeting.pid;

		hello = greeting;
		hasEnded = false;
		banner(null);
		document.body.classList.remove("lost");
		if (!isSame) {
			model = next;
			shape = next.shape;
			show(greeting);
		}
		await round();
		soon();
	} catch (error) {
		if (error.name !== "closed")
			banner(`The program does not tell what it is: ${error.message}`, "bad");
	}
}

function show(greeting) {
	document.title = `${greeting.program} – pkd`;
	put(find("#program"), greeting.program);
	put(find("#doc"), model.program.doc ?? "");
	find("#doc").title = model.program.doc ?? "";
	log.clear();
	details.clear();
	graph.show(model);
	controls.show(model);
	commands.show(model);
	streams.show(model);
}

watch.onopen = describe;
watch.onlost = async (end, wasOpen) => {
	isAsking = false;
	clearTimeout(timer);
	document.body.classList.add("lost");
	if (end) {
		hasEnded = true;
		phase("ended", `ended with status ${end.status}`);
		banner(howItEnded(hello, end.status), end.status === 0 ? "plain" : "bad");
	} else if (!hasEnded) {
		phase("starting", wasOpen ? "connection lost" : "connecting");
		banner(await whyNot(hello), "warn");
	}
};
document.addEventListener("visibilitychange", () => !document.hidden && soon());
window.addEventListener("online", () => watch.retry());
watch.open();
