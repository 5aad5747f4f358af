// What a stream is shown as, by its declared type and its values.

const NUMBERS = new Set(["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "time", "bool"]);

// { kind, … }: image (format, width, height), number, list (item), numbers, text, none or record.
export function typeOf(text) {
	let match;

	if (!text || text === "tick" || text === "()")
		return { kind: "none" };
	if (NUMBERS.has(text))
		return { kind: "number", unit: text };
	if ((match = /^image<(\w+), *(\d+), *(\d+)>$/.exec(text)))
		return { kind: "image", format: match[1], width: Number(match[2]), height: Number(match[3]) };
	if (/^(string|bytes)</.test(text))
		return { kind: "text" };
	if ((match = /^list<(.*), *\d+>$/.exec(text)) || (match = /^\[(.*); *\d+\]$/.exec(text)))
		return NUMBERS.has(match[1]) ? { kind: "numbers", item: match[1] } : { kind: "list", item: match[1] };
	return { kind: "record", name: text };
}

const isPoint = (value) => typeof value?.x === "number" && typeof value?.y === "number";
const isBox = (value) => isPoint(value) && typeof value.w === "number" && typeof value.h === "number";

// Where an object is in its picture: its box, its outline, its points and its line, as far as it has them; null: it
// has no place.
export function shapeOf(item) {
	if (typeof item !== "object" || item === null)
		return null;
	const of = isPoint(item) ? item : typeof item.object === "object" && item.object ? item.object : item;
	const shape = { box: null, outline: null, points: null, line: null };

	if (isBox(of))
		shape.box = of;
	else if (isPoint(of))
		shape.points = [of];
	if (isBox(of.box))
		shape.box = of.box;
	const outline = item.corners ?? item.outline;
	if (Array.isArray(outline) && outline.every(isPoint))
		shape.outline = outline;
	if (Array.isArray(item.points) && item.points.every(isPoint))
		shape.points = item.points;
	if (isPoint(item.from) && isPoint(item.to))
		shape.line = [item.from, item.to];
	if (!shape.box && !shape.outline && !shape.points && isPoint(item.centre))
		shape.points = [item.centre];
	return shape.box || shape.outline || shape.points || shape.line ? shape : null;
}

// "person 0.87 #3", as far as there is such a thing.
export function titleOf(item) {
	const of = typeof item?.object === "object" && item.object ? item.object : item;
	const words = [];

	for (const name of ["label", "text", "family"])
		if (typeof of?.[name] === "string" && of[name])
			words.push(of[name].slice(0, 40));
	if (typeof of?.score === "number")
		words.push(of.score.toFixed(2));
	if (of?.id)
		words.push(`#${of.id}`);
	if (typeof of?.distance === "number" && of.distance >= 0)
		words.push(`${of.distance.toFixed(2)} m`);
	return words.join(" ");
}
