// The log: its newest lines, filtered by level, node and words.

import { h, put, mark, find } from "./dom.js";
import * as say from "./format.js";

const KEPT = 600, FIRST = 300;
const LEVELS = ["error", "warning", "info", "debug"];
const SIGNS = { error: "✕", warning: "▲", info: "·", debug: "…" };

export class Log {
	#last = 0;

	constructor(root) {
		this.root = root;
		this.list = find(".lines", root);
		this.level = find("[name=level]", root);
		this.words = find("input[type=search]", root);
		this.more = find(".newer", root);
		this.level.addEventListener("change", () => this.filter());
		this.words.addEventListener("input", () => this.filter());
		this.more.addEventListener("click", () => this.toEnd());
		this.list.addEventListener("scroll", () => this.#isAtEnd() && mark(this.more, "hidden", true));
	}

	clear() {
		this.#last = 0;
		this.list.replaceChildren();
		this.#tell();
	}

	#isAtEnd() {
		return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 24;
	}

	toEnd() {
		this.list.scrollTop = this.list.scrollHeight;
		mark(this.more, "hidden", true);
	}

	async update(line) {
		const lines = [];
		const answer = await line.ask("logs", this.#last ? { after: this.#last, level: "debug" } : { lines: FIRST, level: "debug" },
			(item) => item.line && lines.push(item));

		this.#last = answer.last ?? this.#last;
		if (!lines.length)
			return;
		const isAtEnd = this.#isAtEnd();
		for (const { line: one, lost } of lines)
			this.#add(one, lost);
		while (this.list.childElementCount > KEPT)
			this.list.firstChild.remove();
		this.#tell();
		if (isAtEnd)
			this.toEnd();
		else
			mark(this.more, "hidden", null);
	}

	#add(one, lost) {
		const who = one.node ?? one.process ?? "";
		const row = h("li", { class: `line ${LEVELS.includes(one.level) ? one.level : "info"}`, title: one.at },
			h("time", null, say.clock(one.time_ns)),
			h("span", { class: "level" }, h("span", { class: "sign", "aria-hidden": "true" }, SIGNS[one.level] ?? "·"), one.level),
			h("span", { class: "who" }, who, one.frame !== undefined ? h("span", { class: "at" }, ` #${one.frame}`) : null),
			h("span", { class: "text" }, one.text));

		if (lost)
			this.list.append(h("li", { class: "line lost" }, `${lost} lines are missing here`));
		row.dataset.level = LEVELS.indexOf(one.level);
		this.#judge(row);
		this.list.append(row);
	}

	#judge(row) {
		const isShown = Number(row.dataset.level ?? 0) <= LEVELS.indexOf(this.level.value) &&
			row.textContent.toLowerCase().includes(this.words.value.trim().toLowerCase());

		mark(row, "hidden", !isShown);
	}

	filter() {
		for (const row of this.list.children)
			this.#judge(row);
		this.#tell();
		this.toEnd();
	}

	// Why there is nothing.
	#tell() {
		const none = find(".none", this.root), rows = [...this.list.children];

		put(none, rows.length ? "No line has that." : "No line yet.");
		mark(none, "hidden", rows.some((row) => !row.hidden));
	}

	only(node) {
		this.words.value = node;
		this.filter();
	}
}
