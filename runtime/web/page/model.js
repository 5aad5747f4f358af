// What is known of the program: its description, and how it was at each status.

import { typeOf } from "./types.js";

// Rates are over the last few samples, so that they neither jump nor lag.
const SAMPLES = 4;
const STATE_ORDER = ["gone", "starting", "paused", "resting", "ended", "running"];

export const bankOf = (name) => name.replace(/\[\d+\]/g, "[]");

export const edgeKey = (edge) => `${edge.stream}\n${edge.node}\n${edge.input}`;

class Course {
	samples = [];

	add(now, values) {
		this.samples.push({ now, values });
		if (this.samples.length > SAMPLES)
			this.samples.shift();
	}

	// Of one value, by the second; NaN as long as there is one sample.
	rate(name) {
		const first = this.samples[0], last = this.samples.at(-1);

		if (!first || last.now <= first.now)
			return NaN;
		return Math.max(0, ((last.values[name] ?? 0) - (first.values[name] ?? 0)) / (last.now - first.now) * 1e9);
	}
}

const lost = (edge) => (edge.dropped ?? 0) + (edge.refused ?? 0) + (edge.failed ?? 0) +
	Object.values(edge.unjoined ?? {}).reduce((sum, n) => sum + n, 0);

export class Model {
	program = null;
	phase = "";
	now = 0;
	processes = new Map();
	nodes = new Map();
	streams = new Map();
	edges = new Map();
	params = new Map();
	commands = [];

	static async describe(line) {
		const model = new Model(), all = [];

		await line.ask("describe", null, (item) => all.push(item));
		for (const item of all)
			model.#take(item);
		const last = model.program;
		for (const edge of model.edges.values()) {
			model.nodes.get(edge.node)?.inputs.push(edge);
			const stream = model.streams.get(edge.stream);
			stream?.readers.push(edge);
		}
		for (const stream of model.streams.values())
			model.nodes.get(stream.node)?.outputs.push(stream);
		for (const command of model.commands)
			model.nodes.get(command.node)?.commands.push(command);
		model.#fold();
		// The same program has the same shape: then what is on the screen may stay.
		model.shape = JSON.stringify([last, all]);
		return model;
	}

	#take(item) {
		const { process, node, stream, edge, param, command, program } = item;

		if (process)
			this.processes.set(process.name, { ...process, nodes: [], restarts: 0 });
		if (node) {
			this.nodes.set(node.name, { ...node, inputs: [], outputs: [], commands: [], state: "starting",
				course: new Course(), status: {} });
			this.processes.get(node.process)?.nodes.push(node.name);
		}
		if (stream)
			this.streams.set(stream.name, { ...stream, shape: typeOf(stream.type), readers: [],
				course: new Course(), status: {} });
		if (edge)
			this.edges.set(edgeKey(edge), { ...edge, course: new Course(), status: {} });
		if (param)
			this.params.set(param.name, param);
		if (command)
			this.commands.push(command);
		if (program)
			this.program = program;
	}

	// Elements of a bank and workers of a pool are one card where there are many.
	#fold() {
		const groups = new Map();

		for (const node of this.nodes.values()) {
			const base = node.name.replace(/_\d+$/, ""), first = this.nodes.get(base);
			const isWorker = base !== node.name && first?.kind === node.kind && first.at === node.at;
			const key = bankOf(isWorker ? base : node.name);

			node.key = key;
			if (!groups.has(key))
				groups.set(key, []);
			groups.get(key).push(node);
		}
		this.groups = groups;
		this.folded = new Set();
		for (const [key, nodes] of groups)
			if (nodes.length > 4 || (nodes.length > 2 && !key.includes("[]")))
				this.folded.add(key);
	}

	async update(line) {
		const all = [];

		await line.ask("status", null, (item) => all.push(item));
		const whole = all.at(-1).program;

		this.phase = whole.phase;
		this.now = Number(whole.now_ns);
		for (const { process, node, stream, edge } of all) {
			if (process)
				Object.assign(this.processes.get(process.name) ?? {},
					{ pid: undefined, ended: false, calling: undefined }, process);
			if (node)
				this.#count(this.nodes.get(node.name), node, (s) => ({ firings: s.firings, busy: s.busy_ns }));
			if (stream)
				this.#count(this.streams.get(stream.name), stream, (s) => ({ published: s.published }));
			if (edge)
				this.#count(this.edges.get(edgeKey(edge)), edge,
					(s) => ({ taken: s.delivered ?? s.looks ?? s.taken, lost: lost(s) }));
		}
		for (const node of this.nodes.values()) {
			node.state = node.status.paused ? "paused" : node.status.resting ? "resting" : node.status.state ?? "starting";
			node.restarts = this.processes.get(node.process)?.restarts ?? 0;
		}
	}

	#count(item, status, values) {
		if (!item)
			return;
		item.status = status;
		item.course.add(this.now, values(status));
	}

	// ---- Figures ----

	nodeFigures(nodes) {
		let firings = 0, busy = 0, p99 = 0, refused = 0, failed = 0, restarts = 0;
		const processes = new Set();

		for (const node of nodes) {
			firings += node.course.rate("firings");
			busy = Math.max(busy, this.busy(node));
			p99 = Math.max(p99, node.status.p99_ns ?? 0);
			refused += node.status.refused ?? 0;
			failed += node.status.failed ?? 0;
			processes.add(node.process);
		}
		for (const name of processes)
			restarts += this.processes.get(name)?.restarts ?? 0;
		const state = STATE_ORDER.find((s) => nodes.some((node) => node.state === s)) ?? "running";
		return { rate: firings, busy, p99, refused, failed, restarts, state,
			n: nodes.filter((node) => node.state === state).length };
	}

	// A step that has not come to its end counts as well.
	busy(node) {
		const process = this.processes.get(node.process), share = node.course.rate("busy") / 1e9;

		if (process?.calling === node.name && this.now - Number(process.since_ns) > 1e9)
			return 1;
		return Math.min(1, share);
	}

	edgeFigures(edges) {
		let rate = 0, dropping = 0, n = 0, full = 0;

		for (const edge of edges) {
			rate += edge.course.rate("taken");
			dropping += edge.course.rate("lost");
			n += lost(edge.status);
			if (edge.window > 1)
				full = Math.max(full, (edge.status.in_flight ?? 0) / edge.window);
		}
		return { rate, dropping, lost: n, full };
	}

	totals() {
		let frames = 0, dropping = 0, restarts = 0;

		for (const node of this.nodes.values())
			if (node.origin !== "none")
				frames += node.course.rate("firings");
		for (const edge of this.edges.values())
			dropping += edge.course.rate("lost");
		for (const process of this.processes.values())
			restarts += process.restarts ?? 0;
		return { frames, dropping, restarts };
	}

	// ---- The graph as it is drawn ----

	cardOf(name) {
		const node = this.nodes.get(name);

		return node && this.folded.has(node.key) ? node.key : name;
	}

	// { cards: [{ id, nodes, process }], links: [{ id, from, to, edges }] }
	graph() {
		const cards = new Map(), links = new Map();

		for (const node of this.nodes.values()) {
			const id = this.cardOf(node.name);

			if (!cards.has(id))
				cards.set(id, { id, nodes: [] });
			cards.get(id).nodes.push(node);
		}
		for (const card of cards.values()) {
			const names = new Set(card.nodes.map((node) => node.process));

			card.process = names.size === 1 ? [...names][0] : null;
		}
		for (const edge of this.edges.values()) {
			const stream = this.streams.get(edge.stream);

			if (!stream)
				continue;
			const from = this.cardOf(stream.node), to = this.cardOf(edge.node);
			const id = `${from}\n${to}\n${edge.policy}`;

			if (!links.has(id))
				links.set(id, { id, from, to, edges: [] });
			links.get(id).edges.push(edge);
		}
		return { cards: [...cards.values()], links: [...links.values()] };
	}

	// Lists that are found in this stream's pictures, or in others that are made from the same. `isNear` is what was found in
	// this very picture, and of such lists that which others are not made from. Of what a bank's pictures share in turns,
	// nobody can say in which of them it was found.
	objectsIn(name) {
		const found = [], isNear = (above) => {
			const images = above.filter((one) => this.streams.get(one).shape.kind === "image");

			return images[0] === name && !images.some((one) => one !== name && bankOf(one) === bankOf(name));
		};

		for (const stream of this.streams.values()) {
			if (stream.shape.kind !== "list" || stream.private)
				continue;
			const above = this.above(stream.name);

			if (above.includes(name))
				found.push({ name: stream.name, above, isNear: isNear(above) });
		}
		for (const one of found)
			one.isNear &&= !found.some((other) => other.isNear && other.above.includes(one.name));
		return found.sort((a, b) => b.isNear - a.isNear);
	}

	// The streams that a stream is made from, the nearest first, up to the origins.
	above(name) {
		const found = [], seen = new Set([name]);
		let near = [name];

		while (near.length) {
			const next = [];

			for (const one of near)
				for (const edge of this.nodes.get(this.streams.get(one)?.node)?.inputs ?? [])
					if (!seen.has(edge.stream)) {
						seen.add(edge.stream);
						found.push(edge.stream);
						next.push(edge.stream);
					}
			near = next;
		}
		return found;
	}
}
