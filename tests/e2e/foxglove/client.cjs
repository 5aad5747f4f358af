// Foxglove's own client and decoders beside pkd.v1: every type is decoded by the schema that was sent for it, and is what
// the console says of the same frame. See foxglove.sh.
"use strict";
const assert = require("node:assert");
const { FoxgloveClient } = require("@foxglove/ws-protocol");
const { parse } = require("@foxglove/rosmsg");
const { MessageReader, MessageWriter } = require("@foxglove/rosmsg2-serialization");
const WebSocket = require("ws");

const [, , port, token, part] = process.argv;
const url = `ws://127.0.0.1:${port}/ws?token=${token}`;
const patience = Number(process.env.TEST_PATIENCE ?? 10);

function within(seconds, what, promise) {
	let timer;
	const late = new Promise((_, fail) => {
		timer = setTimeout(() => fail(new Error(`${what}: nothing within ${seconds * patience} s`)), seconds * patience * 1000);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// A client, what it was told at first, and events as promises.
async function open(protocol) {
	const socket = new WebSocket(url, [protocol]);
	const client = new FoxgloveClient({ ws: socket });
	const told = { statuses: [] };
	client.on("status", (status) => told.statuses.push(status));
	client.on("error", (error) => { throw error; });
	const once = (name) => within(5, name, new Promise((done) => {
		const listener = (event) => { client.off(name, listener); done(event); };
		client.on(name, listener);
	}));
	[told.server, told.channels, told.services] =
		await Promise.all([once("serverInfo"), once("advertise"), once("advertiseServices")]);
	assert.equal(socket.protocol, protocol);
	const channel = (topic) => {
		const found = told.channels.find((one) => one.topic === topic);
		assert(found, `there is no ${topic}`);
		return found;
	};
	return { client, socket, told, once, channel, close: () => socket.terminate() };
}

// The console's protocol: the objects of one answer.
function ask(method, parameters) {
	return within(10, method, new Promise((done, fail) => {
		const socket = new WebSocket(url, ["pkd.v1"]), lines = [];
		socket.on("error", fail);
		socket.on("message", (data) => {
			const line = JSON.parse(data.toString().replace(/:(-?\d{16,})(?=[,}\]])/g, ':"$1"').replace(/([[,])(-?\d{16,})(?=[,\]])/g, '$1"$2"'));
			if (line.pkd) {
				socket.send(JSON.stringify({ id: 1, method, parameters }));
				return;
			}
			if (line.error)
				fail(new Error(line.message));
			lines.push(line.parameters);
			if (!line.more) {
				socket.terminate();
				done(lines);
			}
		});
	}));
}

// What a decoded value is in the console's words: numbers of 64 bits as texts where they are large, bytes in hexadecimal,
// enums by their names, what has `items` alone as an array.
function same(decoded, shown, schema, field, where) {
	if (Array.isArray(shown)) {
		const items = decoded.items !== undefined && !Array.isArray(decoded) ? decoded.items : decoded;
		assert.equal(items.length, shown.length, where);
		const inner = decoded.items === items && items !== undefined ? field : field;
		shown.forEach((item, i) => same(items[i], item, schema, inner, `${where}[${i}]`));
	} else if (shown !== null && typeof shown === "object") {
		assert.deepEqual(Object.keys(decoded).sort(), Object.keys(shown).sort(), where);
		const name = field?.type, part = schema.find((one) => one.name === name);
		for (const key of Object.keys(shown))
			same(decoded[key], shown[key], schema, part?.definitions.find((one) => one.name === key), `${where}.${key}`);
	} else if (decoded instanceof Uint8Array) {
		assert.equal(Buffer.from(decoded).toString("hex"), shown, where);
	} else if (typeof shown === "string" && typeof decoded === "number") {
		const parts = schema.flatMap((one) => one.definitions).filter((one) => one.isConstant && one.value === decoded);
		assert(parts.some((one) => one.name.toLowerCase().endsWith(`_${shown}`)), `${where}: ${decoded} is not ${shown}`);
	} else if (typeof decoded === "bigint") {
		assert.equal(decoded, BigInt(shown), where);
	} else if (typeof decoded === "number" && typeof shown === "number") {
		assert(Object.is(decoded, shown) || Math.fround(shown) === decoded, `${where}: ${decoded} is not ${shown}`);
	} else {
		assert.equal(decoded, shown, where);
	}
}

async function values(protocol) {
	const { client, told, channel, close } = await open(protocol);
	assert.deepEqual([...told.server.capabilities].sort(), ["connectionGraph", "parameters", "parametersSubscribe", "services", "time"]);
	assert(!told.channels.some((one) => /secret|hidden/.test(one.topic)), "a private stream has a channel");
	const streams = ["n", "mark", "level", "text", "times", "cells", "ok"].map((name) => `m.${name}`);
	const readers = new Map();
	for (const stream of streams) {
		const one = channel(`/${stream.replace(".", "/")}`);
		assert.equal(one.encoding, "cdr");
		const schema = parse(one.schema, { ros2: true });
		const id = client.subscribe(one.id);
		readers.set(id, { stream, schema, reader: new MessageReader(schema), got: new Map() });
	}
	client.on("message", ({ subscriptionId, timestamp, data }) => {
		const one = readers.get(subscriptionId);
		const message = one.reader.readMessage(data);
		const late = BigInt(Date.now()) * 1000000n - timestamp;
		assert(late > -2000000000n && late < BigInt(patience * 2) * 1000000000n, `it was published ${late} ns ago`);
		assert.equal(typeof message.stamp.sec, "number");
		one.got.set(Number(message.frame), message);
	});
	for (const one of readers.values()) {
		const shown = (await ask("echo", { stream: one.stream, count: 12 })).filter((line) => line.value !== undefined);
		assert(shown.length === 12);
		const last = shown.at(-1).frame;
		await within(5, `frame ${last} of ${one.stream}`, (async () => {
			while (!one.got.has(last))
				await new Promise((done) => setTimeout(done, 10));
		})());
		const root = one.schema.find((message) => message.name === undefined);
		const field = root.definitions.find((definition) => definition.name === "value");
		let compared = 0;
		for (const { frame, seq, value } of shown) {
			const message = one.got.get(frame);
			if (!message)
				continue;
			assert.equal(Number(message.seq), seq);
			same(message.value, value, one.schema, field, one.stream);
			compared++;
		}
		assert(compared >= 10, `${one.stream}: only ${compared} of 12 frames were seen`);
	}
	close();
}

async function pictures() {
	const { client, once, channel, close } = await open("foxglove.sdk.v1");
	const got = { jpeg: [], h264: [] };
	const kinds = new Map();
	for (const kind of ["jpeg", "h264"]) {
		const one = channel(`/cam/frame/${kind}`);
		const reader = new MessageReader(parse(one.schema, { ros2: true }));
		kinds.set(client.subscribe(one.id), { kind, reader });
	}
	const enough = within(10, "pictures", new Promise((done) => {
		client.on("message", ({ subscriptionId, data }) => {
			const { kind, reader } = kinds.get(subscriptionId);
			const message = reader.readMessage(data);
			assert.equal(message.format, kind);
			assert.equal(message.frame_id, "cam.frame");
			assert(message.frame > (got[kind].frame ?? 0n), `frame ${message.frame} after ${got[kind].frame}`);
			got[kind].frame = message.frame;
			got[kind].push(Buffer.from(message.data));
			if (got.jpeg.length >= 10 && got.h264.length >= 20)
				done();
		});
	}));
	await enough;
	for (const jpeg of got.jpeg)
		assert(jpeg[0] === 0xff && jpeg[1] === 0xd8 && jpeg.at(-2) === 0xff && jpeg.at(-1) === 0xd9);
	// Annex B; the first one begins with the headers of a key frame.
	for (const unit of got.h264)
		assert(unit.readUInt32BE(0) === 1 || unit.readUIntBE(0, 3) === 1);
	const kind = (unit) => unit[unit.readUInt32BE(0) === 1 ? 4 : 3] & 31;
	assert.equal(kind(got.h264[0]), 7, "it does not begin with a key frame");
	assert.equal(got.h264.filter((unit) => kind(unit) === 7).length, 1, "a key frame is made for nobody");
	require("node:fs").writeFileSync("got.jpg", got.jpeg[3]);
	require("node:fs").writeFileSync("got.h264", Buffer.concat(got.h264));
	await once("time");
	close();
}

// What lies in a picture is drawn over it, in its pixels; packets of video go on as they are.
async function over() {
	const { client, channel, close } = await open("foxglove.sdk.v1");
	const read = (topic, wanted) => {
		const one = channel(topic), reader = new MessageReader(parse(one.schema, { ros2: true })), got = [];
		const id = client.subscribe(one.id);
		return within(10, topic, new Promise((done, fail) => client.on("message", ({ subscriptionId, data }) => {
			if (subscriptionId !== id || got.length === wanted)
				return;
			try {
				got.push(reader.readMessage(data));
			} catch (error) {
				fail(error);
			}
			if (got.length === wanted)
				done({ got, schema: one.schemaName });
		})));
	};
	assert.throws(() => channel("/m/times/annotations"), /there is no/);
	const [found, seen, ways, coded] = await Promise.all([read("/f/found/annotations", 1), read("/f/seen/annotations", 1),
		read("/f/ways/annotations", 1), read("/coded/packet/video", 40)]);
	const shape = ({ got }) => got[0].points.map(({ type, points }) => [type, ...points.map(({ x, y }) => [x, y])]);
	assert.equal(found.schema, "foxglove_msgs/msg/ImageAnnotations");
	assert.deepEqual(shape(found), [[2, [0, 0], [320, 0], [0, 90]]]);
	const box = [2, [160, 180], [320, 180], [320, 270], [160, 270]];
	assert.deepEqual(shape(seen), [box, box]);
	assert.deepEqual(seen.got[0].texts.map(({ text, position }) => [text, position.x, position.y]), [["dög", 160, 180]]);
	assert.equal(seen.got[0].points[0].outline_color.a, 1);
	assert.equal(seen.got[0].circles.length, 0);
	assert.deepEqual(shape(ways), [[1, [0, 0], [0, 0]], [3, [0, 0], [320, 180]]]);
	assert.equal(coded.schema, "foxglove_msgs/msg/CompressedVideo");
	const unit = Buffer.from(coded.got[0].data);
	assert.equal(unit[unit.readUInt32BE(0) === 1 ? 4 : 3] & 31, 7, "it does not begin with a key frame");
	for (const [i, message] of coded.got.entries()) {
		assert.equal(message.format, "h264");
		assert.equal(message.frame, coded.got[0].frame + BigInt(i), "a packet is missing");
	}
	require("node:fs").writeFileSync("coded.h264", Buffer.concat(coded.got.map((one) => Buffer.from(one.data))));
	close();
}

// A second one has a key frame of its own at once, and a smaller picture is another wish.
async function newcomers() {
	const first = await open("foxglove.websocket.v1"), second = await open("foxglove.websocket.v1");
	const next = (one) => within(5, "a picture", new Promise((done) => {
		const listener = ({ data }) => { one.client.off("message", listener); done(data); };
		one.client.on("message", listener);
	}));
	const topic = first.channel("/cam/frame/h264");
	const reader = new MessageReader(parse(topic.schema, { ros2: true }));
	first.client.subscribe(topic.id);
	for (let i = 0; i < 5; i++)
		await next(first);
	second.client.subscribe(topic.id);
	const unit = Buffer.from(reader.readMessage(await next(second)).data);
	assert.equal(unit[unit.readUInt32BE(0) === 1 ? 4 : 3] & 31, 7);
	const small = second.channel("/cam/frame/jpeg");
	second.socket.send(JSON.stringify({ op: "unsubscribe", subscriptionIds: [0] }));
	const jpeg = new Promise((done) => {
		second.client.on("message", ({ subscriptionId, data }) => subscriptionId === 77 && done(data));
	});
	second.socket.send(JSON.stringify({ op: "subscribe", subscriptions: [{ id: 77, channelId: small.id, width: 160, rate: 10, quality: 50 }] }));
	const { data } = reader.readMessage(await within(5, "a small picture", jpeg));
	// The size stands behind the marker of the frame.
	const bytes = Buffer.from(data), at = bytes.indexOf(Buffer.from([0xff, 0xc0]));
	assert.deepEqual([bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)], [160, 90]);
	first.close();
	second.close();
}

async function parameters() {
	const { client, told, once, close } = await open("foxglove.sdk.v1");
	client.getParameters([], "all");
	let { parameters, id } = await once("parameterValues");
	assert.equal(id, "all");
	const value = (name) => parameters.find((one) => one.name === name)?.value;
	assert.deepEqual(parameters.map((one) => one.name), ["dim", "m.step", "m.gain", "m.mode", "m.bright", "m.label", "m.wait"]);
	assert.equal(value("m.step"), 3);
	assert.equal(parameters.find((one) => one.name === "m.gain").type, "float64");
	assert.strictEqual(value("m.bright"), true);
	assert.equal(value("m.mode"), "mid");
	assert.equal(value("m.label"), "one");
	client.subscribeParameterUpdates([]);
	await once("parameterValues");
	client.setParameters([{ name: "m.step", value: 9 }, { name: "m.gain", value: 2.5 }, { name: "m.mode", value: "high" },
		{ name: "m.bright", value: false }, { name: "m.label", value: 'a "word"' }], "set");
	({ parameters, id } = await once("parameterValues"));
	while (id !== "set")
		({ parameters, id } = await once("parameterValues"));
	assert.deepEqual(["m.step", "m.gain", "m.mode", "m.bright", "m.label"].map(value), [9, 2.5, "high", false, 'a "word"']);
	// Somebody else changes one: it is told.
	await ask("set", { values: { "m.step": 11 } });
	do
		({ parameters } = await once("parameterValues"));
	while (value("m.step") !== 11);
	client.setParameters([{ name: "m.step", value: 1000 }], "bad");
	do
		({ parameters, id } = await once("parameterValues"));
	while (id !== "bad");
	assert.equal(value("m.step"), 11);
	assert(told.statuses.some((status) => status.level === 2 && /out of range/.test(status.message)));
	close();
}

async function services() {
	const { client, told, once, close } = await open("foxglove.websocket.v1");
	assert.deepEqual(told.services.map((one) => one.name).sort(), ["/m/greet", "/m/refuse"]);
	const call = (name, request, callId) => client.sendServiceCallRequest({
		serviceId: told.services.find((one) => one.name === name).id, callId, encoding: "json",
		data: new DataView(new TextEncoder().encode(request).buffer) });
	call("/m/greet", '{"name":"you",\n"times":2}', 5);
	const answer = await once("serviceCallResponse");
	assert.equal(answer.callId, 5);
	assert.deepEqual(JSON.parse(new TextDecoder().decode(answer.data)), { value: "hello youhello you" });
	for (const [name, request, why] of [["/m/refuse", "", /never/], ["/m/greet", '{"name":"you","times":7}', /out of range/],
		["/m/greet", "{}", /missing/]]) {
		call(name, request, 6);
		assert.match((await once("serviceCallFailure")).message, why);
	}
	call("/m/greet", '{"name":"x"}},"method":"stop","x":{"y":{}', 7);
	assert.match((await once("serviceCallFailure")).message, /object of JSON/);
	// The same in CDR, by the schemas in the format of ROS 2.
	const greet = told.services.find((one) => one.name === "/m/greet");
	const writer = new MessageWriter(parse(greet.requestSchema, { ros2: true }));
	const callCdr = (data, callId) => client.sendServiceCallRequest({ serviceId: greet.id, callId, encoding: "cdr",
		data: new DataView(data.buffer, data.byteOffset, data.byteLength) });
	callCdr(writer.writeMessage({ name: "you", times: 3n }), 8);
	const inCdr = await once("serviceCallResponse");
	assert.equal(inCdr.encoding, "cdr");
	assert.equal(new MessageReader(parse(greet.responseSchema, { ros2: true })).readMessage(inCdr.data).value, "hello you".repeat(3));
	callCdr(writer.writeMessage({ name: "x".repeat(40), times: 1n }), 9);
	assert.match((await once("serviceCallFailure")).message, /not what its schema says/);
	callCdr(writer.writeMessage({ name: "x", times: -1n }), 10);
	assert.match((await once("serviceCallFailure")).message, /out of range/);
	callCdr(new Uint8Array([0, 1, 0, 0, 255, 255, 255, 255]), 11);
	assert.match((await once("serviceCallFailure")).message, /not what its schema says/);
	// As many as one likes, to a node that carries none out: each is answered within a time, in its turn or not.
	await ask("pause", { nodes: ["m"] });
	const waiting = new Set(), calls = 80;
	const all = within(12, "the answers of all", new Promise((done) => {
		const over = ({ callId }) => {
			assert(waiting.delete(callId), `call ${callId} is answered twice`);
			if (!waiting.size)
				done();
		};
		client.on("serviceCallFailure", over);
		client.on("serviceCallResponse", over);
	}));
	for (let i = 0; i < calls; i++) {
		waiting.add(100 + i);
		call("/m/greet", '{"name":"late"}', 100 + i);
	}
	await all;
	await ask("resume", { nodes: ["m"] });
	close();
}

// Only what changes is told, of those that are asked for.
async function changes() {
	const { client, close } = await open("foxglove.sdk.v1");
	const told = [];
	client.on("parameterValues", ({ parameters }) => told.push(parameters.map((one) => one.name)));
	const is = (...wanted) => within(5, `not told of ${JSON.stringify(wanted)}`, (async () => {
		while (told.length < wanted.length)
			await new Promise((done) => setTimeout(done, 10));
		assert.deepEqual(told, wanted);
	})());
	client.subscribeParameterUpdates(["m.step", "m.mode", "no such"]);
	await is(["m.step", "m.mode"]);
	await new Promise((done) => setTimeout(done, 1200)); // two looks
	await ask("set", { values: { "m.gain": 3.5, "m.step": 12 } });
	await is(["m.step", "m.mode"], ["m.step"]);
	client.unsubscribeParameterUpdates(["m.step"]);
	await ask("set", { values: { "m.mode": "low", "m.step": 13 } });
	await is(["m.step", "m.mode"], ["m.step"], ["m.mode"]);
	close();
}

async function graph() {
	const { client, once, channel, close } = await open("foxglove.sdk.v1");
	client.subscribeConnectionGraph();
	const { publishedTopics, subscribedTopics, advertisedServices } = await once("connectionGraphUpdate");
	assert.deepEqual(publishedTopics.find((one) => one.name === "/m/mark").publisherIds, ["m"]);
	assert.deepEqual(subscribedTopics.find((one) => one.name === "/m/mark").subscriberIds, ["r"]);
	assert(advertisedServices.some((one) => one.name === "/m/greet" && one.providerIds[0] === "m"));
	const log = channel("/rosout");
	assert.equal(log.schemaName, "rcl_interfaces/msg/Log");
	const reader = new MessageReader(parse(log.schema, { ros2: true }));
	client.subscribe(log.id);
	for (;;) {
		const line = reader.readMessage((await once("message")).data);
		if (!/^the frame is \d+$/.test(line.msg))
			continue;
		assert.equal(line.level, 20);
		assert.equal(line.name, "m");
		assert(Math.abs(line.stamp.sec - Date.now() / 1000) < 3600);
		break;
	}
	close();
}

const parts = { values: () => values("foxglove.websocket.v1"), sdk: () => values("foxglove.sdk.v1"), pictures, over, newcomers, parameters, changes, services, graph };
parts[part]().then(() => process.exit(0), (error) => {
	console.error(error);
	process.exit(1);
});
