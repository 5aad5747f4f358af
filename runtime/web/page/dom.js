// Elements. What a program says (names, logs, values) becomes text nodes and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
	for (const [name, value] of Object.entries(properties ?? {})) {
		if (value === undefined || value === null || value === false)
			continue;
		if (typeof value === "function")
			element.addEventListener(name, value);
		else
			element.setAttribute(name, value === true ? "" : value);
	}
	for (const child of children.flat())
		if (child !== undefined && child !== null && child !== false)
			element.append(child);
	return element;
}

// h("button", { class: "small", click: f }, "text", element): a function is a listener of that event.
export function h(tag, properties, ...children) {
	return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties, ...children) {
	return fill(document.createElementNS(SVG, tag), properties, children);
}

// Only where it differs: a text that is written anew loses its selection, and is laid out again.
export function put(element, text) {
	const words = String(text ?? "");

	if (element.textContent !== words)
		element.textContent = words;
	return element;
}

export function mark(element, name, value) {
	if (value === undefined || value === null || value === false)
		element.removeAttribute(name);
	else if (element.getAttribute(name) !== String(value))
		element.setAttribute(name, value === true ? "" : value);
}

export const find = (selector, within = document) => within.querySelector(selector);
