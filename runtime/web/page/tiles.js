// What a stream is shown as that is no picture: a number over time, an array, a list, a record, a text.

import { h, put, mark } from "./dom.js";
import { Plot } from "./plot.js";
import { titleOf } from "./types.js";
import * as say from "./format.js";

const ROWS = 40, ITEMS = 60;

class Tile {
	#stop = null;
	frame = undefined;

	constructor(stream, context) {
		this.stream = stream;
		this.context = context;
		this.caption = h("span", { class: "caption" });
		this.foot = h("div", { class: "tile-foot" }, this.caption);
	}

	start() {
		this.#stop ??= this.context.values.want(this.stream.name, (line) => {
			this.frame = line.frame;
			this.age = line.age_ns;
			this.context.saw(this.stream.name, { frame: line.frame, age: line.age_ns });
			if (line.value !== undefined)
				this.take(line.value);
			else
				this.fault(line.invalid ? `invalid: ${line.invalid}` : line.too_large
					? `${say.bytes(line.too_large)}: too large to be shown` : line.too_fast ? "too fast to be seen" : "no value");
		}, { refused: (error) => this.fault(error.message) });
	}

	stop() {
		this.#stop?.();
		this.#stop = null;
	}

	fault(words) {
		put(this.caption, words);
		this.isFaulty = true;
	}

	tick() {
		if (this.isFaulty)
			this.isFaulty = false;
		else
			put(this.caption, this.frame === undefined ? "no value yet"
				: `#${this.frame}` + (this.age !== undefined ? `  age ${say.duration(this.age)}` : ""));
	}
}

class NumberTile extends Tile {
	constructor(stream, context) {
		super(stream, context);
		this.value = h("output", { class: "value", "aria-label": `Value of ${stream.name}` }, "–");
		this.canvas = h("canvas", { class: "plot", role: "img", "aria-label": `${stream.name} over a minute` });
		this.plot = new Plot(this.canvas);
		this.elements = [h("div", { class: "figure" }, this.value, this.canvas), this.foot];
	}

	take(value) {
		put(this.value, this.stream.shape.unit === "time" ? say.duration(Number(value)) : say.number(value));
		this.plot.add(typeof value === "boolean" ? value : value === null ? NaN : Number(value));
	}
}

class NumbersTile extends Tile {
	constructor(stream, context) {
		super(stream, context);
		this.canvas = h("canvas", { class: "plot tall", role: "img", "aria-label": `${stream.name}, by its index` });
		this.plot = new Plot(this.canvas);
		this.elements = [h("div", { class: "figure" }, this.canvas), this.foot];
	}

	take(value) {
		this.plot.showArray(value.map(Number));
	}
}

class TextTile extends Tile {
	constructor(stream, context) {
		super(stream, context);
		this.text = h("pre", { class: "text", tabindex: 0, "aria-label": `Text of ${stream.name}` });
		this.elements = [this.text, this.foot];
	}

	take(value) {
		put(this.text, value);
	}
}

// The leaves of a record by their paths, as far as there is room.
function leaves(value, path = "", found = []) {
	if (found.length >= ROWS)
		return found;
	if (typeof value === "object" && value !== null && !Array.isArray(value))
		for (const [name, part] of Object.entries(value))
			leaves(part, path ? `${path}.${name}` : name, found);
	else
		found.push([path, value]);
	return found;
}

const wordOf = (value) => typeof value === "number" ? say.number(value)
	: Array.isArray(value) && value.every((one) => typeof one === "number") ? value.map(say.number).join("  ")
		: typeof value === "object" ? JSON.stringify(value) : String(value);

// A number of it is plotted: the first one, or that which is chosen.
class RecordTile extends Tile {
	#rows = new Map();
	#chosen = null;

	constructor(stream, context) {
		super(stream, context);
		this.list = h("div", { class: "fields", role: "group", "aria-label": `Fields of ${stream.name}` });
		this.canvas = h("canvas", { class: "plot", hidden: true, role: "img", "aria-label": `A field of ${stream.name} over a minute` });
		this.plot = new Plot(this.canvas);
		this.elements = [h("div", { class: "whole" }, this.list, this.canvas), this.foot];
	}

	take(value) {
		const found = typeof value === "object" ? leaves(value) : [["", value]];

		if (found.length !== this.#rows.size || found.some(([path]) => !this.#rows.has(path)))
			this.#lay(found);
		for (const [path, part] of found) {
			put(this.#rows.get(path).words, wordOf(part));
			if (path === this.#chosen)
				this.plot.add(typeof part === "number" || typeof part === "boolean" ? part : NaN);
		}
	}

	#lay(found) {
		this.#rows.clear();
		this.list.replaceChildren();
		for (const [path, part] of found) {
			const words = h("span", { class: "words" }), isNumber = typeof part === "number";
			const row = h(isNumber ? "button" : "div", isNumber ? { type: "button", class: "field", "aria-pressed": "false",
				title: "Plot it", click: () => this.#choose(path) } : { class: "field" },
			h("span", { class: "path" }, path || this.stream.type), words);

			this.#rows.set(path, { row, words, isNumber });
			this.list.append(row);
		}
		const first = found.find(([, part]) => typeof part === "number");
		if (first)
			this.#choose(this.#rows.get(this.#chosen)?.isNumber ? this.#chosen : first[0]);
		mark(this.canvas, "hidden", !first);
	}

	#choose(path) {
		if (this.#chosen !== path)
			this.plot.clear();
		this.#chosen = path;
		for (const [name, { row, isNumber }] of this.#rows)
			if (isNumber)
				mark(row, "aria-pressed", String(name === path));
	}
}

class ListTile extends Tile {
	constructor(stream, context) {
		super(stream, context);
		this.value = h("output", { class: "value", "aria-label": `How many ${stream.name}` }, "–");
		this.canvas = h("canvas", { class: "plot", role: "img", "aria-label": `How many ${stream.name} over a minute` });
		this.plot = new Plot(this.canvas);
		this.list = h("ol", { class: "items", tabindex: 0, "aria-label": `Items of ${stream.name}` });
		this.elements = [h("div", { class: "figure" }, this.value, this.canvas), this.list, this.foot];
	}

	take(value) {
		put(this.value, value.length);
		this.plot.add(value.length);
		while (this.list.childElementCount > Math.min(value.length, ITEMS))
			this.list.lastChild.remove();
		value.slice(0, ITEMS).forEach((item, i) => {
			const words = titleOf(item) || (typeof item === "object" && item !== null
				? leaves(item).slice(0, 6).map(([path, part]) => `${path} ${wordOf(part)}`).join("  ") : wordOf(item));

			put(this.list.children[i] ?? this.list.appendChild(h("li")), words);
		});
	}
}

export const TILES = { number: NumberTile, numbers: NumbersTile, text: TextTile, record: RecordTile, list: ListTile };
