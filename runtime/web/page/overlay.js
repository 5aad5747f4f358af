// Objects drawn over their picture: boxes, outlines, points and lines, with what is known of each.

import { shapeOf, titleOf } from "./types.js";

// Far from each other also for who tells red and green apart badly, on dark and light pictures.
const COLOURS = ["#ffb000", "#4cc9f0", "#f72585", "#80ed99", "#c77dff", "#ff7b54"];

function colourOf(item) {
	const name = String(item?.label ?? item?.object?.label ?? item?.family ?? "");
	let sum = 0;

	for (const letter of name)
		sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
	return COLOURS[sum % COLOURS.length];
}

function everyPoint(shape) {
	const box = shape.box ? [shape.box, { x: shape.box.x + shape.box.w, y: shape.box.y + shape.box.h }] : [];

	return [...box, ...(shape.outline ?? []), ...(shape.points ?? []), ...(shape.line ?? [])];
}

// Places are fractions of the frame, or pixels where they are beyond.
function areFractions(shapes) {
	return shapes.every(({ shape }) => everyPoint(shape).every(({ x, y }) => Math.abs(x) <= 2 && Math.abs(y) <= 2));
}

// Draws all of it into a canvas of `width` by `height` that shows a picture of `image`'s size. `isOld`: they are not
// of the frame that is shown.
export function drawObjects(context, items, width, height, image, isOld) {
	const shapes = items.map((item) => ({ item, shape: shapeOf(item) })).filter(({ shape }) => shape);
	const isFraction = areFractions(shapes);
	const sx = isFraction ? width : width / image.width, sy = isFraction ? height : height / image.height;
	const tags = [];

	context.lineWidth = Math.max(1.5, Math.min(3, width / 280));
	context.setLineDash(isOld ? [5, 4] : []);
	for (const { item, shape } of shapes) {
		const colour = colourOf(item);

		context.strokeStyle = context.fillStyle = colour;
		if (shape.outline) {
			context.beginPath();
			for (const point of shape.outline)
				context.lineTo(point.x * sx, point.y * sy);
			context.closePath();
			context.stroke();
		} else if (shape.box) {
			const { x, y, w, h } = shape.box;

			context.strokeRect(x * sx, y * sy, w * sx, h * sy);
		}
		if (shape.line) {
			context.beginPath();
			context.moveTo(shape.line[0].x * sx, shape.line[0].y * sy);
			context.lineTo(shape.line[1].x * sx, shape.line[1].y * sy);
			context.stroke();
		}
		for (const point of shape.points ?? []) {
			if (point.score !== undefined && point.score < 0.2)
				continue;
			context.beginPath();
			context.arc(point.x * sx, point.y * sy, context.lineWidth * 1.4, 0, 7);
			context.fill();
		}
		const title = titleOf(item), corner = shape.box ?? shape.outline?.[0] ?? shape.line?.[0] ?? shape.points?.[0];
		if (title && corner)
			tags.push({ title, colour, x: corner.x * sx, y: corner.y * sy });
	}
	context.setLineDash([]);
	drawTags(context, tags, width, height);
}

// Dark on the box's colour. One that would hide another is left out: the list has them all.
function drawTags(context, tags, width, height) {
	const taken = [], tall = 15;

	// Where there is little room for them, they would hide the picture.
	if (width < 200 || tags.length * tall * 60 > width * height)
		return;
	context.font = "600 11px system-ui, sans-serif";
	context.textBaseline = "middle";
	for (const { title, colour, x, y } of tags) {
		const wide = context.measureText(title).width + 8;
		const left = Math.max(0, Math.min(x - 1, width - wide)), top = Math.max(0, Math.min(y - tall, height - tall));

		if (taken.some((one) => left < one.left + one.wide && one.left < left + wide && Math.abs(one.top - top) < tall))
			continue;
		taken.push({ left, top, wide });
		context.fillStyle = colour;
		context.fillRect(left, top, wide, tall);
		context.fillStyle = "#10141a";
		context.fillText(title, left + 4, top + tall / 2 + 0.5);
	}
}
