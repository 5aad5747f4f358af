// The graph: cards over an SVG of groups and edges. Its shape is laid out when it changes; a status changes only
// texts, classes and bars, so that nothing moves.

import { h, svg, put, mark, find } from "./dom.js";
import { layout } from "./layout.js";
import { stateOf, FATES } from "./states.js";
import * as say from "./format.js";

const WIDE = { along: 164, across: 66, gap: 84, space: 16, inset: 10, head: 16 };
const DOWN = { along: 66, across: 156, gap: 50, space: 10, inset: 6, head: 0 };
// What is smaller cannot be read: then what is alike is folded, and the rest is scrolled to.
const MARGIN = 14, DOWN_HEAD = 16, BELOW = 620, READABLE = 0.6, SMALLEST = 0.25, MOST_LABELS = 4;
const LONG_NAME = 16, NAME_END = 6;

const number = (value) => value.toFixed(1);

export class Graph {
	#model = null;
	#cards = new Map(); // id -> { card, element, parts }
	#links = [];
	#isDown = null;
	#chosen = null;
	#zoom = 0; // 0: as it fits and can be read
	#isNew = false; // it has not been on the screen
	#size = { width: 1, height: 1 };
	onchoose = () => {};

	constructor(root) {
		this.root = root;
		this.stage = find(".stage", root);
		this.frame = find(".graph-scroll", root);
		this.tools = find(".graph-tools", root);
		for (const [name, f] of [["in", () => this.zoom(1.25)], ["out", () => this.zoom(0.8)], ["fit", () => this.zoom(this.#whole(), 1)]])
			find(`[data-zoom=${name}]`, root).addEventListener("click", f);
		find("[data-fold]", root).addEventListener("click", () => this.foldAll());
		new ResizeObserver(() => this.#isNew ? this.draw() : this.#resize()).observe(this.frame);
		this.stage.addEventListener("keydown", (event) => this.#move(event));
	}

	show(model) {
		this.#model = model;
		this.#isNew = true;
		this.draw();
	}

	// ---- Shape ----

	draw() {
		if (!this.#model)
			return;
		const { cards, links } = this.#model.graph(), isDown = this.frame.clientWidth < BELOW;
		const options = isDown ? DOWN : WIDE;
		const place = layout(cards.map((card) => ({ id: card.id, group: card.process })), links, options);
		const at = (along, across) => isDown ? { x: across + MARGIN, y: along + MARGIN + DOWN_HEAD }
			: { x: along + MARGIN, y: across + MARGIN };

		this.#isDown = isDown;
		this.#size = isDown ? { width: place.size + MARGIN * 2, height: place.length + MARGIN * 2 + DOWN_HEAD }
			: { width: place.length + MARGIN * 2, height: place.size + MARGIN * 2 };
		const focused = document.activeElement?.dataset?.card;
		const picture = svg("svg", { width: this.#size.width, height: this.#size.height, "aria-hidden": "true" },
			svg("defs", null, ...["", "-warn"].map((kind) => svg("marker", { id: `tip${kind}`, class: `tip${kind}`,
				viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" },
			svg("path", { d: "M0.5 0.5 L7.5 4 L0.5 7.5 Z" })))));
		for (const group of place.groups) {
			const a = at(group.along - (isDown ? DOWN_HEAD : 0), group.across);
			const length = group.length + (isDown ? DOWN_HEAD : 0);

			picture.append(svg("rect", { class: "group", x: a.x, y: a.y, rx: 10,
				width: isDown ? group.size : length, height: isDown ? length : group.size }),
			svg("text", { class: "group-name", x: a.x + 10, y: a.y + 14 }, `process ${group.name}`));
		}
		const box = (id) => {
			const one = place.places.get(id), a = at(one.along, one.across);

			return { ...a, width: isDown ? options.across : options.along,
				height: isDown ? options.along : options.across };
		};
		this.#drawLinks(picture, links, place, box, at);
		const elements = [picture];
		this.#cards.clear();
		for (const card of cards) {
			const one = this.#card(card, box(card.id));

			this.#cards.set(card.id, one);
			elements.push(one.element, one.fold);
		}
		this.stage.replaceChildren(...elements.filter(Boolean), ...this.#links.map((link) => link.label));
		this.#resize();
		this.#showOrigin(isDown, cards, box);
		this.update();
		if (focused)
			this.#cards.get(focused)?.element.focus({ preventScroll: true });
		const canFold = [...this.#model.groups.values()].some((nodes) => nodes.length > 1);
		mark(find("[data-fold]", this.root), "hidden", !canFold);
		put(find("[data-fold]", this.root), this.#model.folded.size ? "Unfold all" : "Fold alike");
		if (!this.#isNew || !this.frame.clientWidth)
			return;
		this.#isNew = false;
		if (canFold && this.#whole() < READABLE) {
			this.#foldAlike();
			this.draw();
		}
	}

	// Of what does not fit on the screen, where it begins.
	#showOrigin(isDown, cards, box) {
		const first = cards.find((card) => card.nodes[0].origin !== "none");

		if (!first || !isDown)
			return;
		const zoom = this.#zoom || this.#fit(), { x, width } = box(first.id);
		this.frame.scrollLeft = (x + width / 2) * zoom - this.frame.clientWidth / 2;
	}

	#drawLinks(picture, links, place, box, at) {
		const into = new Map(), out = new Map();
		const isDown = this.#isDown, middle = (id) => {
			const b = box(id);

			return isDown ? b.x + b.width / 2 : b.y + b.height / 2;
		};
		const add = (map, id, link) => map.set(id, [...(map.get(id) ?? []), link]);

		for (const link of links) {
			add(into, link.to, link);
			add(out, link.from, link);
		}
		for (const list of into.values())
			list.sort((a, b) => middle(a.from) - middle(b.from));
		for (const list of out.values())
			list.sort((a, b) => middle(a.to) - middle(b.to));
		const port = (map, id, link, length) => {
			const list = map.get(id), i = list.indexOf(link);

			return length * (i + 1) / (list.length + 1);
		};
		this.#links = links.map((link) => {
			const a = box(link.from), b = box(link.to);
			const start = isDown ? { x: a.x + port(out, link.from, link, a.width), y: a.y + a.height }
				: { x: a.x + a.width, y: a.y + port(out, link.from, link, a.height) };
			const end = isDown ? { x: b.x + port(into, link.to, link, b.width), y: b.y - 2 }
				: { x: b.x - 2, y: b.y + port(into, link.to, link, b.height) };
			const by = (place.lanes.get(link) ?? []).map((point) => at(point.along, point.across));
			const path = link.from === link.to || place.back.has(link)
				? this.#around(start, end, a, b) : this.#along([start, ...by, end]);
			const line = svg("path", { class: `edge ${link.edges[0].policy}`, d: path, "marker-end": "url(#tip)" });
			const flow = svg("path", { class: "flow", d: path });
			const crowded = into.get(link.to).length > (isDown ? 2 : MOST_LABELS);
			const label = h("div", { class: "edge-label", "aria-hidden": "true" }, h("span"), h("b"));

			if (crowded)
				label.classList.add("crowded");
			label.style.left = `${number(end.x)}px`;
			label.style.top = `${number(end.y)}px`;
			picture.append(line, flow);
			return { link, line, flow, label };
		});
		this.stage.classList.toggle("down", isDown);
	}

	#along(points) {
		let path = `M${number(points[0].x)} ${number(points[0].y)}`;

		for (let i = 1; i < points.length; i++) {
			const a = points[i - 1], b = points[i];
			const isStraight = i > 1 && i === points.length - 2;
			const bend = (this.#isDown ? b.y - a.y : b.x - a.x) * 0.5;

			path += isStraight ? `L${number(b.x)} ${number(b.y)}` : this.#isDown
				? `C${number(a.x)} ${number(a.y + bend)} ${number(b.x)} ${number(b.y - bend)} ${number(b.x)} ${number(b.y)}`
				: `C${number(a.x + bend)} ${number(a.y)} ${number(b.x - bend)} ${number(b.y)} ${number(b.x)} ${number(b.y)}`;
		}
		return path;
	}

	// Back to an earlier card: below both.
	#around(start, end, a, b) {
		const far = 34;

		if (this.#isDown) {
			const x = Math.max(a.x + a.width, b.x + b.width) + 12;
			return `M${number(start.x)} ${number(start.y)} C${number(start.x)} ${number(start.y + far)} ${number(x)} ` +
				`${number(start.y + far)} ${number(x)} ${number(start.y - 10)} L${number(x)} ${number(end.y + 10)} ` +
				`C${number(x)} ${number(end.y - far)} ${number(end.x)} ${number(end.y - far)} ${number(end.x)} ${number(end.y)}`;
		}
		const y = Math.max(a.y + a.height, b.y + b.height) + 12;
		return `M${number(start.x)} ${number(start.y)} C${number(start.x + far)} ${number(start.y)} ` +
			`${number(start.x + far)} ${number(y)} ${number(start.x - 10)} ${number(y)} L${number(end.x + 10)} ${number(y)} ` +
			`C${number(end.x - far)} ${number(y)} ${number(end.x - far)} ${number(end.y)} ${number(end.x)} ${number(end.y)}`;
	}

	#card(card, box) {
		const first = card.nodes[0], many = card.nodes.length;
		const parts = { sign: h("span", { class: "sign" }), rate: h("span", { class: "rate" }),
			busy: h("span", { class: "busy" }), step: h("span", { class: "step" }),
			badges: h("span", { class: "badges" }), bar: h("span", { class: "bar" }) };
		const element = h("button", { class: many > 1 ? "card stack" : "card", type: "button", "data-card": card.id,
			click: () => this.onchoose(card) },
		h("span", { class: "row" }, parts.sign, h("span", { class: "name", title: card.id }, ...this.#name(card.id.replaceAll("[]", "[…]"))),
			many > 1 ? h("span", { class: "times" }, `×${many}`) : null, parts.badges),
		h("span", { class: "kind" }, first.kind),
		h("span", { class: "row figures" }, parts.rate, parts.busy, parts.step),
		h("span", { class: "track" }, parts.bar));
		const group = this.#model.groups.get(first.key);

		element.style.cssText = `left:${number(box.x)}px;top:${number(box.y)}px;width:${box.width}px;height:${box.height}px`;
		if (first.origin !== "none")
			element.classList.add("origin");
		let fold = null;
		if (group.length > 1 && (many > 1 || first === group[0])) {
			fold = h("button", { class: "fold", type: "button", click: () => this.fold(first.key),
				"aria-label": many > 1 ? `Unfold ${card.id}` : `Fold all like ${card.id}`,
				title: many > 1 ? "Unfold" : "Fold all like this" }, many > 1 ? "+" : "−");
			fold.style.cssText = `left:${number(box.x + box.width - 9)}px;top:${number(box.y - 9)}px`;
		}
		return { card, element, fold, parts };
	}

	// Of long names the middle is left out: alike ones differ at their ends.
	#name(words) {
		return words.length > LONG_NAME ? [h("span", null, words.slice(0, -NAME_END)), h("span", null, words.slice(-NAME_END))] : [words];
	}

	fold(key) {
		const { folded } = this.#model;

		if (!folded.delete(key))
			folded.add(key);
		this.draw();
	}

	foldAll() {
		if (this.#model.folded.size)
			this.#model.folded.clear();
		else
			this.#foldAlike();
		this.draw();
	}

	#foldAlike() {
		for (const [key, nodes] of this.#model.groups)
			if (nodes.length > 1)
				this.#model.folded.add(key);
	}

	// ---- What changes ----

	update() {
		const model = this.#model;

		if (!model)
			return;
		for (const { card, element, parts } of this.#cards.values()) {
			const figures = model.nodeFigures(card.nodes), state = stateOf(figures.state);
			const badges = [];

			put(parts.sign, state.sign);
			mark(element, "data-state", figures.state);
			put(parts.rate, figures.state === "running" || figures.rate > 0 ? `${say.rate(figures.rate)}/s`
				: card.nodes.length > 1 ? `${figures.n} ${state.word}` : state.word);
			put(parts.busy, say.share(figures.busy));
			put(parts.step, figures.p99 ? say.duration(figures.p99) : "");
			parts.bar.style.transform = `scaleX(${Number.isFinite(figures.busy) ? figures.busy.toFixed(3) : 0})`;
			mark(parts.bar, "data-full", figures.busy > 0.95);
			if (figures.restarts)
				badges.push(`↻${figures.restarts}`);
			if (figures.refused + figures.failed)
				badges.push(`✕${say.count(figures.refused + figures.failed)}`);
			put(parts.badges, badges.join(" "));
			mark(element, "aria-pressed", this.#chosen === card.id ? "true" : "false");
			mark(element, "aria-label", `${card.id}, ${card.nodes[0].kind}, ${state.word}, ` +
				`${say.rate(figures.rate)} a second, busy ${say.share(figures.busy)}` +
				(figures.restarts ? `, ${figures.restarts} restarts` : "") +
				(figures.refused ? `, ${figures.refused} refused` : ""));
		}
		for (const { link, line, flow, label } of this.#links)
			this.#updateLink(model.edgeFigures(link.edges), link, line, flow, label);
	}

	#updateLink(figures, link, line, flow, label) {
		const policy = link.edges[0].policy, isFull = figures.full > 0.9;
		// There is room for one of them between the cards: drops, or the policy, or the rate, which readers that look have themselves.
		const words = policy !== "queue" ? policy : this.#isDown ? "" : `${say.rate(figures.rate)}/s`;
		const drops = figures.dropping > 0.05 ? `−${say.rate(figures.dropping)}/s` : isFull ? "full" : "";

		put(label.firstChild, drops ? "" : words);
		put(label.lastChild, drops);
		mark(line, "data-full", isFull);
		mark(line, "marker-end", isFull ? "url(#tip-warn)" : "url(#tip)");
		mark(flow, "data-moves", figures.rate > 0 ? (figures.rate > 8 ? "fast" : "slow") : null);
	}

	// The fate of a frame, on the edges and cards; null: no more.
	fates(lines) {
		for (const { link, line } of this.#links) {
			const mine = (lines ?? []).filter(({ edge }) => edge && link.edges.some((one) => one.stream === edge.stream &&
				one.node === edge.node && one.input === edge.input));

			mark(line, "data-fate", mine.length ? FATES[mine[0].edge.state]?.look : null);
		}
		this.stage.classList.toggle("why", Boolean(lines));
	}

	choose(id) {
		this.#chosen = id;
		for (const [name, { element }] of this.#cards)
			mark(element, "aria-pressed", name === id ? "true" : "false");
		for (const { link, line, label } of this.#links) {
			const isNear = id !== null && (link.from === id || link.to === id);

			line.classList.toggle("near", isNear);
			label.classList.toggle("near", isNear);
		}
	}

	// ---- Size and keys ----

	zoom(by, from = this.#zoom || this.#fit()) {
		this.#zoom = Math.min(2, Math.max(Math.min(SMALLEST, this.#whole()), from * by));
		this.#resize();
	}

	// At which all of it is seen; downwards it may be as long as it is.
	#whole() {
		const width = this.frame.clientWidth / this.#size.width;
		const height = parseFloat(getComputedStyle(this.frame).maxHeight) / this.#size.height;

		return Math.min(1, width, this.#isDown || Number.isNaN(height) ? 1 : height);
	}

	#fit() {
		return Math.max(READABLE, this.#whole());
	}

	#resize() {
		if (!this.#model || !this.frame.clientWidth)
			return;
		if (this.#isDown !== null && (this.frame.clientWidth < BELOW) !== this.#isDown) {
			this.draw();
			return;
		}
		const zoom = this.#zoom || this.#fit();

		this.stage.style.transform = `scale(${zoom.toFixed(3)})`;
		this.stage.style.width = `${this.#size.width}px`;
		this.stage.style.height = `${this.#size.height}px`;
		const space = find(".graph-space", this.root);
		space.style.width = `${Math.floor(this.#size.width * zoom)}px`;
		space.style.height = `${Math.ceil(this.#size.height * zoom)}px`;
	}

	// Arrows go to the nearest card in that direction.
	#move(event) {
		const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
		const from = event.target.closest?.(".card");

		if (!way || !from)
			return;
		event.preventDefault();
		let best = null, least = Infinity;
		for (const { element } of this.#cards.values()) {
			const x = element.offsetLeft - from.offsetLeft, y = element.offsetTop - from.offsetTop;
			const ahead = x * way[0] + y * way[1], aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);

			if (ahead > 4 && ahead + 2 * aside < least) {
				least = ahead + 2 * aside;
				best = element;
			}
		}
		best?.focus();
	}
}
