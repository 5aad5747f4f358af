// What the page's modules do without a browser: the layout, types, parameters, and messages of the two protocols.
import assert from "node:assert/strict";
import { layout } from "./layout.js";
import { typeOf, shapeOf, titleOf } from "./types.js";
import { timeOf, timeText, rangeOf } from "./param.js";
import { Model } from "./model.js";
import { FoxglovePictures, readPicture, lookAtH264 } from "./foxglove.js";
import * as say from "./format.js";

// ---- The layout ----

const OPTIONS = { along: 160, across: 60, gap: 100, space: 10, inset: 8, head: 16 };

const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

// Cards are beside each other, edges lead forward, groups hold their cards and no others.
function isGood(cards, edges) {
	const { places, groups, back, length, size } = layout(cards, edges, OPTIONS);
	const boxes = cards.map(({ id }) => ({ id, x: places.get(id).along, y: places.get(id).across, w: 160, h: 60 }));

	for (const [i, a] of boxes.entries()) {
		assert(a.x >= 0 && a.y >= -0.01 && a.x + a.w <= length + 0.01 && a.y + a.h <= size + 0.01, `${a.id} is outside`);
		for (const b of boxes.slice(i + 1))
			assert(!overlap(a, b), `${a.id} and ${b.id} overlap`);
	}
	for (const edge of edges)
		assert(back.has(edge) || edge.from === edge.to || places.get(edge.from).along < places.get(edge.to).along,
			`${edge.from} -> ${edge.to} leads back`);
	for (const group of groups)
		for (const box of boxes) {
			const isIn = cards.find(({ id }) => id === box.id).group === group.name;
			const room = { x: group.along, y: group.across, w: group.length, h: group.size };

			assert(overlap(box, room) === isIn, `${box.id} and the group ${group.name}`);
		}
	return { places, back, groups };
}

const edges = (text) => text.trim().split(/\s*,\s*/).map((pair) => ({ from: pair.split(">")[0], to: pair.split(">")[1] }));
const cards = (text, groups = {}) => text.split(" ").map((id) => ({ id, group: groups[id] ?? id }));

isGood([], []);
isGood(cards("a"), []);
isGood(cards("a b c d"), edges("a>b, a>c, b>d, c>d, a>d"));
assert.equal(isGood(cards("a b c"), edges("a>b, b>c, c>a, b>b")).back.size, 2);
assert.equal(isGood(cards("a b c d e", { b: "p", d: "p", e: "p" }), edges("a>b, b>c, c>d, d>e, a>e")).groups.length, 1);
// The same each time, and random graphs, too.
let seed = 7;
const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
for (let round = 0; round < 30; round++) {
	const n = 1 + random(24), ids = Array.from({ length: n }, (_, i) => `n${i}`), all = [];

	for (let i = 0; i < n * 1.5; i++)
		all.push({ from: ids[random(n)], to: ids[random(n)] });
	const nodes = ids.map((id) => ({ id, group: `p${random(Math.ceil(n / 2))}` }));
	const once = isGood(nodes, all), again = isGood(nodes, all);
	assert.deepEqual([...once.places], [...again.places]);
}
// Large ones do not take long.
const many = Array.from({ length: 300 }, (_, i) => `m${i}`), begun = performance.now();
isGood(cards(many.join(" ")), many.slice(1).map((to, i) => ({ from: many[Math.floor(i / 3)], to })));
assert(performance.now() - begun < 10000, "the layout of 300 nodes takes long");

// ---- Types and values ----

assert.deepEqual(typeOf("image<bgr24, 640, 360>"), { kind: "image", format: "bgr24", width: 640, height: 360 });
assert.equal(typeOf("list<detect.Object, 64>").kind, "list");
assert.equal(typeOf("[f64; 512]").kind, "numbers");
assert.equal(typeOf("list<u8, 3>").kind, "numbers");
assert.equal(typeOf("string<64>").kind, "text");
assert.equal(typeOf("time").kind, "number");
assert.equal(typeOf("constructor").kind, "record");
assert.equal(shapeOf(null), null);
assert.equal(shapeOf({ x: "1", y: 2 }), null);
assert.deepEqual(shapeOf({ object: { box: { x: 0, y: 0, w: 1, h: 1 } } }).box, { x: 0, y: 0, w: 1, h: 1 });
assert.equal(shapeOf({ corners: [{ x: 0, y: 0 }, { x: 1, y: 1 }] }).outline.length, 2);
assert.equal(titleOf({ object: { label: "person", score: 0.876, id: 3 } }), "person 0.88 #3");

assert.equal(timeOf("20ms"), 2e7);
assert.equal(timeOf("1.5min"), 9e10);
assert(Number.isNaN(timeOf("20")));
for (const ns of [0, 1, 999, 1500, 20e6, 1.5e9, 60e9, 3600e9])
	assert.equal(timeOf(timeText(ns)), ns, timeText(ns));
assert.deepEqual(rangeOf({ takes: "NUMBER", range: "-1..1" }), { low: -1, high: 1 });
assert.deepEqual(rangeOf({ takes: "TIME", range: "0ns..2s" }), { low: 0, high: 2e9 });
assert.equal(rangeOf({ takes: "NUMBER" }), null);

assert.equal(say.rate(NaN), "–");
assert.equal(say.rate(0), "0");
assert.equal(say.count(123456), "123k");
assert.equal(say.number(0.30000000000000004), "0.3");
assert.equal(say.number("9223372036854775807"), "9223372036854775807");
assert.equal(say.share(0.001), "<1\u202f%");

// ---- What is found in a picture ----

// node: its inputs; the kind of a stream is by its name.
async function modelOf(nodes) {
	const all = Object.entries(nodes).flatMap(([name, inputs]) => [{ node: { name, kind: name } },
		{ stream: { name: `${name}.out`, node: name, type: /found|mine/.test(name) ? "list<detect.Object, 8>"
			: /next/.test(name) ? "Turn" : "image<bgr24, 64, 64>" } },
		...inputs.map((from, i) => ({ edge: { stream: `${from}.out`, node: name, input: `in${i}` } }))]);

	return Model.describe({ ask: async (method, parameters, take) => [...all, { program: {} }].forEach(take) });
}
const nearIn = (model, name) => model.objectsIn(`${name}.out`).filter(({ isNear }) => isNear).map((one) => one.name);

// In the picture that it was found in, by the last of those who look.
const alone = await modelOf({ cam: [], small: ["cam"], found: ["small"], mine: ["found"] });
assert.deepEqual([nearIn(alone, "small"), nearIn(alone, "cam")], [["mine.out"], []]);
assert.equal(alone.objectsIn("cam.out").length, 2);
// Each camera's own; but of a detector that cameras share, none are drawn over one of them unasked.
const own = await modelOf({ "cam[0]": [], "cam[1]": [], "found[0]": ["cam[0]"], "found[1]": ["cam[1]"] });
assert.deepEqual([nearIn(own, "cam[0]"), nearIn(own, "cam[1]")], [["found[0].out"], ["found[1].out"]]);
const shared = await modelOf({ "cam[0]": [], "cam[1]": [], next: ["cam[0]", "cam[1]"], found: ["next"], "mine[0]": ["found"], "mine[1]": ["found"] });
assert.deepEqual([nearIn(shared, "cam[0]"), nearIn(shared, "cam[1]")], [[], []]);
assert.equal(shared.objectsIn("cam[1].out").length, 3);

// ---- A picture in CDR, and what is no picture ----

function cdr(id, data, format, frame) {
	const bytes = [0, 1, 0, 0], word = (n) => {
		while (bytes.length % 4)
			bytes.push(0);
		bytes.push(n & 255, n >> 8 & 255, n >> 16 & 255, n >>> 24);
	};
	const text = (words) => {
		word(words.length + 1);
		bytes.push(...new TextEncoder().encode(words), 0);
	};

	word(12);
	word(500);
	text(id);
	word(data.length);
	bytes.push(...data);
	text(format);
	while (frame && (bytes.length - 4) % 8)
		bytes.push(0);
	bytes.push(...(frame ? [frame & 255, frame >> 8, 0, 0, 0, 0, 0, 0] : []));
	return new DataView(new Uint8Array(bytes).buffer);
}
const picture = readPicture(cdr("cam.frame", [1, 2, 3], "jpeg", 812));
assert.deepEqual({ ...picture, data: [...picture.data] }, { time: 12000000500, id: "cam.frame", data: [1, 2, 3],
	format: "jpeg", frame: 812 });
const whole = cdr("8", [1, 2, 3, 4, 5], "h264");
for (let n = 0; n < whole.byteLength - 1; n++)
	assert.throws(() => readPicture(new DataView(whole.buffer, 0, n)), RangeError);
assert.deepEqual(lookAtH264(Uint8Array.of(0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 9, 0, 0, 1, 0x68, 1, 0, 0, 1, 0x65, 1, 2)),
	{ isKey: true, codec: "avc1.42c01f" });
assert.deepEqual(lookAtH264(Uint8Array.of(0, 0, 1, 0x41, 1, 2)), { isKey: false, codec: null });
assert.deepEqual(lookAtH264(Uint8Array.of(0, 0, 1)), { isKey: false, codec: null });

// ---- Pictures that come, and do not ----

// What the page says to the server, and a browser that decodes as slowly as it is told.
const sent = [], decoders = [], shown = [], refusals = [];
let socket;
const page = { hidden: false, listeners: [], addEventListener(_, listener) { this.listeners.push(listener); },
	hide(hidden) { this.hidden = hidden; this.listeners.forEach((listener) => listener()); } };

class Socket {
	static OPEN = 1;
	readyState = 1;

	constructor() {
		socket = this;
	}

	send(text) {
		sent.push(JSON.parse(text));
	}

	tell(message) {
		this.onmessage({ data: JSON.stringify(message) });
	}

	// A message of the subscription: a key frame, or what follows one.
	picture(id, isKey) {
		const data = isKey ? [0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 9, 0, 0, 1, 0x65, 1, 2] : [0, 0, 1, 0x41, 1, 2];
		const body = new Uint8Array(cdr("cam", data, "h264").buffer), whole = new Uint8Array(13 + body.length);

		whole[0] = 1;
		new DataView(whole.buffer).setUint32(1, id, true);
		whole.set(body, 13);
		this.onmessage({ data: whole.buffer });
	}
}

class Decoder {
	static isBroken = false;
	state = "unconfigured";
	decodeQueueSize = 0;

	constructor(told) {
		this.told = told;
		decoders.push(this);
	}

	configure() {
		this.state = "configured";
	}

	decode({ timestamp }) {
		if (Decoder.isBroken)
			this.told.error(new Error("no such codec"));
		else if (this.decodeQueueSize === 0)
			this.told.output({ timestamp, close() {} });
	}

	close() {
		this.state = "closed";
	}
}

Object.assign(globalThis, { document: page, WebSocket: Socket, VideoDecoder: Decoder, EncodedVideoChunk: class {
	constructor(what) {
		Object.assign(this, what);
	}
} });
const pictures = new FoxglovePictures("ws://here"), ops = () => sent.splice(0).map(({ op }) => op).join(" ");
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

pictures.open();
socket.onopen();
socket.tell({ op: "advertise", channels: [{ id: 7, topic: "/cam/frame/h264", encoding: "cdr" },
	{ id: 8, topic: "/cam/frame/jpeg", encoding: "cdr" }] });
const stop = pictures.want("cam.frame", (one) => shown.push(one), (error) => refusals.push(error.message), {});
assert.equal(ops(), "subscribe");
socket.picture(1, false);
assert.equal(decoders.length, 0, "it begins with a key frame");
socket.picture(1, true);
socket.picture(1, false);
assert.equal(shown.length, 2);

// One that falls behind begins anew, as a newcomer.
decoders[0].decodeQueueSize = 5;
socket.picture(1, false);
assert.equal(ops(), "unsubscribe");
await wait(20);
assert.equal(ops(), "subscribe");
socket.picture(1, true);
assert.deepEqual([decoders.length, decoders[0].state, shown.length], [2, "closed", 3]);

// So does one that cannot decode a picture; not more often than once a second.
decoders[1].told.error(new Error("damaged"));
await wait(20);
assert.equal(ops(), "unsubscribe");
await wait(1000);
assert.equal(ops(), "subscribe");
socket.picture(1, true);
assert.equal(shown.length, 4);

// Nobody looks: nothing comes. Then it begins with a key frame again.
page.hide(true);
assert.equal(ops(), "unsubscribe");
socket.picture(1, false);
page.hide(false);
assert.equal(ops(), "subscribe");
socket.picture(1, false);
assert.equal(shown.length, 4, "what came before counts no more");
socket.picture(1, true);
assert.equal(shown.length, 5);

// A browser that can decode nothing has JPEGs.
stop();
sent.length = 0;
Decoder.isBroken = true;
pictures.want("cam.frame", (one) => shown.push(one), (error) => refusals.push(error.message), {});
socket.picture(2, true);
assert.deepEqual(sent.splice(0).flatMap(({ subscriptions }) => subscriptions?.[0].channelId ?? "none"), [7, "none", 8]);

// What the server refuses is said, and asked for again later.
socket.tell({ op: "status", level: 2, message: "channel 8: too much is looked at" });
assert.deepEqual(refusals, ["The server says: too much is looked at"]);

console.log("the layout, types, parameters and messages are as they should be");
process.exit(0);
