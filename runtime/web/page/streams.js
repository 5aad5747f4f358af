// The wall of streams. What is not on the screen asks for nothing.

import { h, put, mark, find } from "./dom.js";
import { bankOf } from "./model.js";
import { Picture } from "./picture.js";
import { TILES } from "./tiles.js";
import * as say from "./format.js";

const ORDER = ["image", "list", "number", "record", "numbers", "text"];
const KINDS = [["all", "All"], ["image", "Pictures"], ["list", "Lists"], ["number", "Numbers"], ["record", "Records"],
	["text", "Texts"]];
const SAME = { numbers: "number" }, MOST_CHIPS = 6;

export class Streams {
	#tiles = [];
	#kind = "all";
	#context;
	#watcher;

	constructor(root, context) {
		this.root = root;
		this.wall = find(".wall", root);
		this.#context = { ...context, objects: (name) => this.#objects(name) };
		this.search = find("input[type=search]", root);
		this.bank = find("[name=bank]", root);
		this.bank.addEventListener("change", () => this.filter());
		this.search.addEventListener("input", () => this.filter());
		this.#watcher = new IntersectionObserver((entries) => {
			for (const entry of entries) {
				const tile = this.#tiles.find((one) => one.element === entry.target);

				if (tile)
					this.#turn(tile, entry.isIntersecting);
			}
		}, { rootMargin: "60px" });
		this.wall.addEventListener("keydown", (event) => event.key === "Escape" && this.#enlarge(null));
	}

	#turn(tile, isSeen) {
		if (tile.isSeen === isSeen)
			return;
		tile.isSeen = isSeen;
		if (isSeen)
			tile.content.start();
		else
			tile.content.stop();
	}

	#objects(name) {
		return this.model.objectsIn(name).slice(0, MOST_CHIPS);
	}

	show(model) {
		this.clear();
		this.model = model;
		const streams = [...model.streams.values()].filter((stream) => stream.shape.kind !== "none" &&
			stream.shape.kind in { image: 1, ...TILES });

		// Alike beside each other: first the pictures in which something is found, the elements of a bank in their order.
		const places = new Map(), place = (stream) => {
			const key = bankOf(stream.name), isFoundIn = stream.shape.kind === "image" &&
				this.#objects(stream.name).some(({ isNear }) => isNear);

			if (!places.has(key))
				places.set(key, places.size + (isFoundIn ? 0 : 1e6));
			return places.get(key);
		};
		const at = new Map(streams.map((stream) => [stream, place(stream)]));
		streams.sort((a, b) => ORDER.indexOf(a.shape.kind) - ORDER.indexOf(b.shape.kind) || at.get(a) - at.get(b));
		for (const stream of streams)
			this.#add(stream);
		this.#drawKinds(streams);
		this.#drawBanks(streams);
		this.wall.replaceChildren(...this.#tiles.map((tile) => tile.element));
		mark(find(".none", this.root), "hidden", streams.length > 0);
		this.wall.classList.toggle("many", streams.filter((stream) => stream.shape.kind === "image").length > 6);
		this.filter();
		for (const tile of this.#tiles)
			this.#watcher.observe(tile.element);
	}

	clear() {
		this.#watcher.disconnect();
		for (const tile of this.#tiles)
			this.#turn(tile, false);
		this.#tiles = [];
	}

	#add(stream) {
		const isImage = stream.shape.kind === "image", rate = h("span", { class: "tile-rate" });
		const larger = h("button", { class: "icon", type: "button", "aria-pressed": "false", title: "Larger",
			"aria-label": `${stream.name} larger`, click: () => this.#enlarge(tile) }, "⤢");
		const why = h("button", { class: "icon", type: "button", title: "What became of this frame",
			"aria-label": `What became of the frame of ${stream.name}`,
			click: () => tile.content.frame !== undefined && this.#context.why(tile.content.frame, stream.name) }, "?");
		const content = stream.private ? { elements: [h("p", { class: "private" }, `private: ${stream.private}`)],
			start() {}, stop() {}, tick() {} } : isImage ? new Picture(stream, this.#context)
			: new TILES[stream.shape.kind](stream, this.#context);
		const tile = { stream, content, rate, larger, isSeen: false };

		tile.element = h("article", { class: `tile ${stream.shape.kind}`, "aria-label": stream.name },
			h("header", { class: "tile-head" }, h("h3", { title: `${stream.name}: ${stream.type}` }, stream.name), rate, why, larger),
			...content.elements);
		this.#tiles.push(tile);
	}

	#enlarge(tile) {
		for (const one of this.#tiles) {
			const isLarge = one === tile && !one.element.classList.contains("large");

			one.element.classList.toggle("large", isLarge);
			mark(one.larger, "aria-pressed", String(isLarge));
		}
		tile?.element.scrollIntoView({ block: "nearest" });
	}

	#drawKinds(streams) {
		const there = new Set(streams.map((stream) => SAME[stream.shape.kind] ?? stream.shape.kind));
		const kinds = KINDS.filter(([kind]) => kind === "all" || there.has(kind));
		const bar = find(".kinds", this.root);

		if (!kinds.some(([kind]) => kind === this.#kind))
			this.#kind = "all";
		bar.replaceChildren(...kinds.map(([kind, word]) => h("button", { type: "button", class: "chip",
			"data-kind": kind, click: () => {
				this.#kind = kind;
				this.bank.value = "";
				this.filter();
			} }, word)));
	}

	// Where there are banks: one of them alone.
	#drawBanks(streams) {
		const banks = new Map();

		for (const { name } of streams)
			if (bankOf(name) !== name)
				banks.set(bankOf(name), (banks.get(bankOf(name)) ?? 0) + 1);
		this.bank.replaceChildren(h("option", { value: "" }, "all streams"), ...[...banks].map(([bank, n]) =>
			h("option", { value: bank }, `${bank.replaceAll("[]", "[…]")} ×${n}`)));
		mark(this.bank, "hidden", !banks.size);
	}

	filter() {
		const bank = this.bank.value;
		const words = this.search.value.trim().toLowerCase();

		for (const button of find(".kinds", this.root).children)
			mark(button, "aria-pressed", String(!bank && button.dataset.kind === this.#kind));
		for (const { stream, element } of this.#tiles) {
			const kind = SAME[stream.shape.kind] ?? stream.shape.kind;

			mark(element, "hidden", !((bank ? bankOf(stream.name) === bank : this.#kind === "all" || this.#kind === kind) &&
				`${stream.name} ${stream.type}`.toLowerCase().includes(words)));
		}
	}

	update() {
		for (const { stream, content, rate, isSeen } of this.#tiles) {
			put(rate, `${say.rate(stream.course.rate("published"))}/s`);
			if (isSeen)
				content.tick();
		}
	}
}
