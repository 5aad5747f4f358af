// What a parameter or an argument takes, and the control for it.

import { h } from "./dom.js";

const TIMES = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 };

// "20ms" in nanoseconds; NaN: it is no time.
export function timeOf(text) {
	const match = /^(-?[\d.]+(?:e[+-]?\d+)?)(ns|us|µs|ms|s|min|h)$/.exec(String(text).trim());

	return match ? Number(match[1]) * TIMES[match[2]] : NaN;
}

// As short as it is exact: 1500000 is 1.5ms.
export function timeText(ns) {
	for (const unit of ["h", "min", "s", "ms", "us"])
		if (Math.abs(ns) >= TIMES[unit] && Number.isInteger(ns / TIMES[unit] * 1000))
			return `${ns / TIMES[unit]}${unit}`;
	return `${Math.round(ns)}ns`;
}

export function rangeOf(param) {
	const match = /^(.+?)\.\.(.+)$/.exec(param.range ?? "");

	if (!match)
		return null;
	const of = param.takes === "TIME" || param.type === "time" ? timeOf : Number;
	const low = of(match[1]), high = of(match[2]);
	return Number.isFinite(low) && Number.isFinite(high) && high > low ? { low, high } : null;
}

// A slider of a thousand steps. Where the range is wide, its lower part has more room: 0..1000 about 1.
function scaleOf({ low, high }, isWhole) {
	const power = low >= 0 && high - low > 90 ? 3 : 1, span = high - low, steps = isWhole && span <= 1000 && power === 1 ? span : 1000;

	return { steps,
		toValue: (at) => low + span * (at / steps) ** power,
		toStep: (value) => Math.max(0, Math.min(steps, steps * (Math.max(0, value - low) / span) ** (1 / power))) };
}

function slider(param, id, range, give) {
	const isTime = param.takes === "TIME", isWhole = param.takes === "INTEGER", scale = scaleOf(range, isWhole);
	const text = h("input", { type: "text", id, class: "exact", inputmode: isTime ? "text" : "decimal", autocomplete: "off",
		spellcheck: "false", change: () => give(text.value.trim()) });
	const bar = h("input", { type: "range", min: 0, max: scale.steps, step: 1, "aria-label": `${param.name}, as a slider`,
		input: () => {
			text.value = round(scale.toValue(Number(bar.value)));
			bar.setAttribute("aria-valuetext", text.value);
			give(text.value);
		} });
	const digits = Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(range.high - range.low))));
	const round = (value) => isTime ? timeText(roundTime(value)) : isWhole ? String(Math.round(value))
		: String(Number(range.high - range.low > 90 ? value.toPrecision(3) : value.toFixed(digits)));
	const roundTime = (ns) => Number(ns.toPrecision(2));

	return { elements: [bar, text], focus: text,
		show(value) {
			const at = isTime ? timeOf(value) : Number(value);

			text.value = value;
			if (Number.isFinite(at))
				bar.value = scale.toStep(at);
			bar.setAttribute("aria-valuetext", value);
		} };
}

// { elements, show(value), focus }: what is chosen goes to `give`, as a string.
export function control(param, id, give) {
	const takes = param.takes ?? "", range = rangeOf(param);

	if (takes === "true|false") {
		const box = h("input", { type: "checkbox", role: "switch", id, class: "switch", change: () => give(String(box.checked)) });

		return { elements: [box], focus: box, show: (value) => (box.checked = value === "true") };
	}
	if (takes.includes("|") && !takes.includes(",")) {
		const box = h("select", { id, change: () => give(box.value) },
			takes.split("|").map((word) => h("option", { value: word }, word)));

		return { elements: [box], focus: box, show: (value) => (box.value = value) };
	}
	if (range && (takes === "NUMBER" || takes === "INTEGER" || takes === "TIME"))
		return slider(param, id, range, give);
	const isNumber = takes === "NUMBER" || takes === "INTEGER";
	const box = h("input", { type: "text", id, class: isNumber || takes === "TIME" ? "exact" : "words", autocomplete: "off",
		spellcheck: "false", inputmode: isNumber ? "decimal" : "text", placeholder: takes === "STRING" ? "" : takes,
		change: () => give(takes === "STRING" ? box.value : box.value.trim()) });
	return { elements: [box], focus: box, show: (value) => (box.value = value), isText: true };
}

let n_ids = 0;
export const freshId = (word) => `${word}-${++n_ids}`;
