// What is chosen: a node (or all nodes of a card), with its account and what can be done with it; or a frame, and
// what became of it.

import { h, put, mark, find } from "./dom.js";
import { stateOf, FATES } from "./states.js";
import * as say from "./format.js";

export class Details {
	#card = null;
	#fields = new Map();
	#frame = null;

	// act(method, parameters, take); show: { params, logs, fates, stream }.
	constructor(root, act, show) {
		this.root = root;
		this.act = act;
		this.show = show;
		this.node = find(".node", root);
		this.why = find(".frame", root);
	}

	clear() {
		this.#card = null;
		this.#frame = null;
		this.node.replaceChildren();
		this.why.replaceChildren();
		mark(find(".none", this.root), "hidden", null);
		this.show.fates(null);
	}

	// ---- A node ----

	choose(card, model) {
		const first = card.nodes[0], isMany = card.nodes.length > 1;

		this.#card = card;
		this.#frame = null;
		this.show.fates(null);
		this.why.replaceChildren();
		this.model = model;
		this.#fields.clear();
		mark(find(".none", this.root), "hidden", true);
		const field = (name, id) => {
			const value = h("dd");

			this.#fields.set(id, value);
			return [h("dt", null, name), value];
		};
		this.said = h("p", { class: "said", role: "status" });
		const names = card.nodes.map((node) => node.name);
		const button = (word, method, title) => h("button", { type: "button", "data-method": method, title,
			click: () => this.#do(method, names) }, word);
		const mayRest = card.nodes.some((node) => node.may_rest);
		this.buttons = h("div", { class: "buttons" }, button("Pause", "pause", "It fires no more, until it is resumed"),
			button("Resume", "resume", "It goes on"),
			mayRest ? button("Rest", "rest", "Frames pass it by, and nobody waits") : null,
			button("Restart", "restart", "Ends its process, and starts it again as after a crash"));
		this.node.replaceChildren(
			h("h2", null, card.id.replaceAll("[]", "[…]"), isMany ? h("span", { class: "times" }, ` ×${card.nodes.length}`) : null),
			h("p", { class: "muted" }, `${first.kind} `, h("code", null, first.at)), this.buttons, this.said,
			h("dl", null, field("State", "state"), field("Rate", "rate"), field("Busy", "busy"), field("Step", "step"),
				field("Frame", "frame"), field("Process", "process"), field("Lost", "lost")),
			h("h3", null, "In"), this.#table("in"), h("h3", null, "Out"), this.#table("out"),
			h("div", { class: "buttons" },
				h("button", { type: "button", click: () => this.show.params(first.name) }, "Its parameters"),
				h("button", { type: "button", click: () => this.show.logs(first.name) }, "Its log")));
		this.update();
	}

	#table(id) {
		const body = h("tbody");

		this.#fields.set(id, body);
		return h("table", null, h("thead", null, h("tr", null, id === "in"
			? ["stream", "policy", "waiting", "lost"].map((word) => h("th", { scope: "col" }, word))
			: ["stream", "type", "rate", "age"].map((word) => h("th", { scope: "col" }, word)))), body);
	}

	async #do(method, nodes) {
		const parts = [];

		put(this.said, `${method} …`);
		try {
			const answer = await this.act(method, { nodes }, (line) => line.process && parts.push(line.process.pending
				? `${line.process.name} is not back yet` : `${line.process.name} is back`));

			if (answer.wait?.length)
				parts.push(`come to wait: ${answer.wait.join(", ")}`);
			if (answer.refuse?.length)
				parts.push(`lose frames: ${answer.refuse.join(", ")}`);
			put(this.said, parts.join("; ") || `${method}: done`);
			mark(this.said, "data-look", null);
		} catch (error) {
			put(this.said, error.message);
			mark(this.said, "data-look", "bad");
		}
	}

	update() {
		const card = this.#card, { model } = this;

		if (!card || !this.#fields.size)
			return;
		const nodes = card.nodes, figures = model.nodeFigures(nodes), set = (id, text) => put(this.#fields.get(id), text);
		const status = nodes[0].status, state = stateOf(figures.state);
		const processes = [...new Set(nodes.map((node) => node.process))].map((name) => model.processes.get(name)).filter(Boolean);
		const sum = (name) => nodes.reduce((total, node) => total + (node.status[name] ?? 0), 0);

		set("state", `${state.sign} ${state.word}` + (nodes.length > 1 ? ` (${figures.n} of ${nodes.length})` : ""));
		set("rate", `${say.rate(figures.rate)} firings/s, ${say.count(sum("firings"))} in all`);
		set("busy", `${say.share(figures.busy)} of one core at most` + (nodes.length > 1 ? ", the busiest" : ""));
		set("step", `p50 ${say.duration(status.p50_ns)}  p99 ${say.duration(status.p99_ns)}  longest ${say.duration(status.longest_ns)}`);
		set("frame", `#${status.frame ?? "–"} done` + (status.in_hand > status.frame ? `, #${status.in_hand} in hand` : ""));
		set("process", processes.slice(0, 4).map((one) => `${one.name} ` + (one.ended ? "has ended" : one.pid ? `(${one.pid})` : "waits to be started") +
			(one.restarts ? `, ${one.restarts} restarts` : "")).join("; ") + (processes.length > 4 ? ` and ${processes.length - 4} more` : ""));
		set("lost", `refused ${say.count(sum("refused"))}  failed ${say.count(sum("failed"))}` +
			(sum("dropped_paused") ? `  while paused ${say.count(sum("dropped_paused"))}` : "") +
			(sum("rested") ? `  at rest ${say.count(sum("rested"))}` : ""));
		const isHeld = nodes.some((node) => node.status.paused || node.status.resting);
		for (const button of this.buttons.children) {
			const isResume = button.dataset.method === "resume", isHolding = ["pause", "rest"].includes(button.dataset.method);

			if (isResume || isHolding)
				mark(button, "disabled", isResume ? !isHeld : isHeld);
		}
		this.#rows("in", nodes.flatMap((node) => node.inputs), (edge) => {
			const one = model.edges.get(`${edge.stream}\n${edge.node}\n${edge.input}`), { status: s } = one;
			const lost = model.edgeFigures([one]).lost;

			return [edge.stream, edge.policy, s.in_flight === undefined ? "–" : `${s.in_flight}/${edge.window}`, say.count(lost)];
		});
		this.#rows("out", nodes.flatMap((node) => node.outputs), (stream) => [stream.name, stream.type,
			`${say.rate(stream.course.rate("published"))}/s`, stream.age === undefined ? "–" : say.duration(stream.age)]);
	}

	#rows(id, items, cells) {
		const body = this.#fields.get(id), shown = items.slice(0, 24);

		while (body.childElementCount > shown.length)
			body.lastChild.remove();
		shown.forEach((item, i) => {
			const row = body.children[i] ?? body.appendChild(h("tr", null, h("td"), h("td"), h("td"), h("td")));

			cells(item).forEach((text, k) => put(row.children[k], text));
		});
	}

	// ---- A frame ----

	async ask(frame, stream, model) {
		const lines = [];

		this.#card = null;
		this.#frame = { frame, stream };
		this.#fields.clear();
		this.model = model;
		this.node.replaceChildren();
		mark(find(".none", this.root), "hidden", true);
		const list = h("ul", { class: "fates" }), input = h("input", { type: "number", min: 1, value: frame, class: "exact",
			"aria-label": "Number of the frame", change: () => this.ask(Number(input.value), stream, model) });
		const step = (by, word, sign) => h("button", { type: "button", "aria-label": word, title: word,
			click: () => this.ask(Math.max(1, frame + by), stream, model) }, sign);
		const head = [h("h2", null, "Frame ", input, step(-1, "The frame before", "◂"), step(1, "The next frame", "▸"),
			h("button", { type: "button", click: () => this.clear() }, "Close")),
		h("p", { class: "muted" }, `What became of it on all ways from and to ${stream}.`)];

		try {
			const answer = await this.act("why", { frame }, (line) => lines.push(line));

			this.why.replaceChildren(...head, list);
			if (!answer.remembers)
				list.before(h("p", null, "The program remembers no frames (--why 0)."));
		} catch (error) {
			this.why.replaceChildren(...head, h("p", { class: "fault" }, error.message));
			return;
		}
		// Frames of other origins have numbers of their own.
		const mine = new Set([stream, ...model.above(stream)]);
		for (const one of model.streams.keys())
			if (model.above(one).includes(stream) || model.above(one).some((name) => mine.has(name)))
				mine.add(one);
		const related = lines.filter(({ stream: one, edge }) => mine.has(one?.name ?? edge?.stream));
		for (const line of related)
			if (line.stream)
				list.append(this.#fate(line), ...related.filter(({ edge }) => edge?.stream === line.stream.name)
					.map((one) => this.#fate(one)));
		this.show.fates(related);
	}

	#fate({ stream, edge }) {
		const one = stream ?? edge, fate = FATES[one.state] ?? { sign: "?", word: one.state, look: "plain" };
		const more = [one.value !== undefined ? `value ${one.value}` : "", one.instead !== undefined ? `for frame ${one.instead}` : "",
			one.lacked ? `lacked ${one.lacked}` : "", one.for ? `for ${one.for}` : "", stream && one.input ? `input ${one.input}` : ""];

		return h("li", { class: `${stream ? "of-stream" : "of-edge"} ${fate.look}` },
			h("span", { class: "sign", "aria-hidden": "true" }, fate.sign),
			h("span", { class: "what" }, stream ? stream.name : `→ ${edge.node}.${edge.input}`),
			h("span", { class: "fate" }, [fate.word, ...more.filter(Boolean)].join(", ")));
	}
}
