// A form and a button for each command of a node, and what it has answered.

import { h, mark, find } from "./dom.js";
import { control, freshId } from "./param.js";
import * as say from "./format.js";

const ANSWERS = 5, WAIT_MS = 5000;

const NUMBERS = /^[iu](8|16|32|64)$/;

// As a parameter of that type.
function asParam(argument) {
	const { name, type, range, takes } = argument;
	const word = type === "bool" ? "true|false" : NUMBERS.test(type) ? "INTEGER" : /^f(32|64)$/.test(type) ? "NUMBER"
		: type === "time" ? "TIME" : /^string</.test(type) ? "STRING" : takes ?? type;

	return { name, range, takes: word };
}

// What is written in a field, as `call` takes it: arrays and records as JSON, else as the command line has it.
function valueOf(argument, text) {
	if (/^(\[|list<)/.test(argument.type) || (argument.takes ?? "").startsWith("{"))
		try {
			return JSON.parse(text);
		} catch {
			return text;
		}
	return text;
}

export class Commands {
	constructor(root, act) {
		this.root = root;
		this.act = act;
		this.list = find(".forms", root);
	}

	show(model) {
		const nodes = new Map();

		// One form for a bank: its name means all of its elements.
		for (const command of model.commands) {
			const key = model.nodes.get(command.node)?.key ?? command.node, bank = /^([^[\]]+)\[\]$/.exec(key)?.[1];
			const name = bank && model.folded.has(key) ? bank : command.node;

			if (!nodes.has(name))
				nodes.set(name, new Map());
			nodes.get(name).set(command.name, { ...command, node: name });
		}
		this.list.replaceChildren(...[...nodes].map(([node, commands]) => h("details", { class: "param-group",
			open: nodes.size < 12, "data-group": node }, h("summary", null, node, h("span", { class: "n" }, commands.size)),
		[...commands.values()].map((command) => this.#form(command)))));
		mark(find(".none", this.root), "hidden", model.commands.length > 0);
	}

	#form(command) {
		const values = new Map(), answers = h("ul", { class: "answers", "aria-live": "polite" });
		const fields = (command.arguments ?? []).map((argument) => {
			const id = freshId("argument"), param = asParam(argument);
			const made = control(param, id, (value) => values.set(argument.name, value));
			const { default: start } = argument;

			if (start !== undefined)
				made.show(typeof start === "string" ? start : JSON.stringify(start));
			return { argument, made, row: h("div", { class: "param" },
				h("label", { for: id }, argument.name), h("div", { class: "control" }, made.elements),
				argument.range ? h("p", { class: "about" }, h("span", { class: "range" }, argument.range)) : null) };
		});
		const button = h("button", { type: "submit", class: "primary" }, command.name);
		const form = h("form", { class: "command", submit: (event) => {
			event.preventDefault();
			this.#call(command, fields, values, button, answers);
		} }, command.doc ? h("p", { class: "doc" }, command.doc) : null, fields.map(({ row }) => row),
		h("div", { class: "send" }, button, command.answer ? h("span", { class: "muted" }, `answers ${command.answer}`) : null), answers);

		form.setAttribute("aria-label", `${command.node}.${command.name}`);
		return form;
	}

	// What was not touched, and has a default, is left out; the rest is what the fields show.
	async #call(command, fields, values, button, answers) {
		const given = {};

		for (const { argument, made } of fields) {
			const { focus } = made, shown = focus.type === "checkbox" ? String(focus.checked) : focus.value;

			if (values.has(argument.name) || argument.default === undefined)
				if (shown !== "" || /^string</.test(argument.type))
					given[argument.name] = valueOf(argument, shown);
		}
		mark(button, "disabled", true);
		try {
			await this.act("call", { node: command.node, command: command.name, arguments: given, wait_ms: WAIT_MS }, (line) => {
				const { answer } = line;

				if (answer)
					this.#say(answers, answer.node, answer.error ? answer.message ?? answer.error
						: answer.value === undefined ? "done" : typeof answer.value === "number" ? say.number(answer.value)
							: typeof answer.value === "string" ? answer.value : JSON.stringify(answer.value), answer.error);
			});
		} catch (error) {
			this.#say(answers, command.node, error.message, error.name);
		}
		mark(button, "disabled", null);
	}

	#say(answers, node, words, error) {
		answers.prepend(h("li", { class: error ? "bad" : "good" }, h("span", { class: "sign", "aria-hidden": "true" }, error ? "✕" : "✓"),
			h("b", null, `${node}: `), h("span", null, words)));
		while (answers.childElementCount > ANSWERS)
			answers.lastChild.remove();
	}
}
