// A control for each live parameter, in groups by node. What others set appears here, too.

import { h, put, mark, find } from "./dom.js";
import { control, freshId } from "./param.js";

const OPEN_AT_MOST = 40, FLASH_MS = 1200;

export class Controls {
	#rows = new Map(); // of each parameter, its control's { params, row, control, fault, value, … }
	#controls = [];
	#alone = new Set(); // the banks whose elements have controls of their own
	#version = -1;

	constructor(root, act) {
		this.root = root;
		this.list = find(".groups", root);
		this.search = find("input[type=search]", root);
		this.act = act;
		this.search.addEventListener("input", () => this.filter());
	}

	show(model) {
		this.model = model;
		this.#alone = new Set();
		this.#lay();
	}

	// Alike parameters of a bank's many elements are one control, which sets them all at once, unless they are asked for
	// one by one.
	#lay() {
		const { model } = this, groups = new Map();

		this.#rows.clear();
		this.#controls = [];
		this.#version = -1;
		for (const param of model.params.values()) {
			const dot = param.name.lastIndexOf("."), node = dot < 0 ? "" : param.name.slice(0, dot);
			const key = model.nodes.get(node)?.key, isOne = model.folded.has(key) && key.includes("[]") && !this.#alone.has(key);
			const group = isOne ? key : node, short = param.name.slice(dot + 1);

			if (!groups.has(group))
				groups.set(group, { key, rows: new Map(), n: new Set() });
			const { rows, n } = groups.get(group);
			n.add(node);
			if (rows.has(short)) {
				rows.get(short).params.push(param);
				this.#rows.set(param.name, rows.get(short));
				continue;
			}
			const one = this.#row(param, short);
			rows.set(short, one);
			this.#controls.push(one);
			this.#rows.set(param.name, one);
		}
		this.list.replaceChildren(...[...groups].sort(([a], [b]) => (a !== "") - (b !== "")).map(([name, { key, rows, n }]) => {
			const times = n.size > 1 ? h("span", { class: "times" }, `×${n.size}`) : null;
			const each = times || this.#alone.has(key) ? h("button", { type: "button", class: "quiet each",
				click: () => this.#turn(key) }, times ? `Each of the ${n.size} alone` : "All of the bank at once") : null;

			return h("details", { class: "param-group", open: !name, "data-group": name },
				h("summary", null, name ? name.replaceAll("[]", "[…]") : `pipeline ${model.program.name}`, times,
					h("span", { class: "n" })), [...rows.values()].map(({ row }) => row), each);
		}));
		mark(find(".none", this.root), "hidden", true);
	}

	async #turn(key) {
		if (!this.#alone.delete(key))
			this.#alone.add(key);
		this.#lay();
		await this.update(this.line);
		find(".each", [...this.list.children].find(({ dataset }) => this.#keyOf(dataset.group) === key) ?? this.root)?.focus();
	}

	#keyOf(group) {
		return this.model.nodes.get(group)?.key ?? group;
	}

	#row(param, short) {
		const id = freshId("param"), made = control(param, id, (value) => this.#give(one, value));
		const differs = h("p", { class: "about", hidden: true });
		const fault = h("p", { class: "fault", role: "alert", hidden: true });
		const hint = [param.doc, param.range, param.capacity ? `at most ${param.capacity} bytes` : ""].filter(Boolean);
		const about = h("p", { class: "about", id: `${id}-about` }, hint.length > 1 ? h("span", null, hint.shift(), " ") : null,
			hint.length ? h("span", { class: param.range || param.capacity ? "range" : "" }, hint.join(", ")) : null);
		const row = h("div", { class: "param", "data-param": param.name },
			h("label", { for: id }, short), h("div", { class: "control" }, made.elements), hint.length || param.doc ? about : null, differs, fault);

		made.focus.setAttribute("aria-describedby", `${id}-about`);
		const one = { params: [param], row, control: made, fault, differs, values: new Map(), value: null, waits: false, wish: null, at: 0 };
		return one;
	}

	// All of it, where that is not too much.
	#open() {
		const live = this.#controls.filter(({ row }) => row.dataset.live === "true");

		for (const group of this.list.children)
			group.open = !group.dataset.group || live.length <= OPEN_AT_MOST;
	}

	// One `set` at a time for a control: the newest wish follows.
	async #give(one, value) {
		one.wish = value;
		one.at = performance.now();
		if (one.waits)
			return;
		one.waits = true;
		while (one.wish !== null) {
			const wish = one.wish;

			one.wish = null;
			try {
				const answer = await this.act("set", { wait_ms: 300,
					values: Object.fromEntries(one.params.map(({ name }) => [name, wish])) });

				one.value = wish;
				mark(one.fault, "hidden", true);
				mark(one.row, "data-pending", answer.pending?.length ? true : null);
			} catch (error) {
				put(one.fault, `${error.message}${one.value === null ? "" : ` (in use: ${one.value})`}`);
				mark(one.fault, "hidden", null);
			}
		}
		one.waits = false;
	}

	// The values as they are, from `get`.
	async update(line) {
		this.line = line;
		const version = (await line.ask("get", { names: [] })).version;

		if (version === this.#version)
			return;
		const all = [], isFirst = this.#version < 0;
		await line.ask("get", null, (item) => item.param && all.push(item.param));
		this.#version = version;
		for (const param of all)
			this.#rows.get(param.name)?.values.set(param.name, param);
		for (const one of this.#controls)
			this.#take(one);
		if (isFirst)
			this.#open();
		this.filter();
	}

	#take(one) {
		const param = one.values.get(one.params[0].name), { control: { elements, focus, show } } = one;

		if (!param)
			return;
		const isBusy = one.waits || performance.now() - one.at < 700 ||
			(focus === document.activeElement && focus.type !== "checkbox" && focus.value !== one.value);
		const differ = [...one.values.values()].some(({ value }) => value !== param.value);

		mark(one.row, "data-live", String(Boolean(param.live)));
		for (const element of elements)
			mark(element, "disabled", !param.live);
		if (param.untold)
			focus.placeholder = param.secret ? "secret" : "not told";
		else if (one.value === null || (!isBusy && one.value !== param.value)) {
			if (one.value !== null)
				this.#flash(one.row);
			show(param.value);
			one.value = param.value;
			mark(one.fault, "hidden", true);
		}
		put(one.differs, differ ? "the elements differ; this sets them all" : "");
		mark(one.differs, "hidden", !differ);
	}

	#flash(row) {
		row.classList.remove("flash");
		void row.offsetWidth;
		row.classList.add("flash");
		setTimeout(() => row.classList.remove("flash"), FLASH_MS);
	}

	filter() {
		const words = this.search.value.trim().toLowerCase(), all = find("[name=all]", this.root).checked;
		let n = 0;

		for (const { params, row } of this.#controls) {
			const isShown = (all || row.dataset.live !== "false") &&
				`${params.map(({ name }) => name).join(" ")} ${params[0].doc ?? ""}`.toLowerCase().includes(words);

			mark(row, "hidden", !isShown);
			n += isShown;
		}
		for (const group of this.list.children) {
			const shown = group.querySelectorAll(".param:not([hidden])").length;

			mark(group, "hidden", shown === 0);
			put(find(".n", group), shown);
			if (words && shown)
				group.open = true;
		}
		const none = find(".none", this.root);
		put(none, words ? "No parameter has that in its name or text." : "No parameter is live.");
		mark(none, "hidden", n > 0);
	}

	// Only those of these nodes.
	only(name) {
		this.search.value = name;
		this.filter();
	}
}
