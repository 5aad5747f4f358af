// Numbers, times and counts for people.

const THIN = "\u202f";

const digits = (value, n) => value.toFixed(n);

// Three digits that count: 0.04, 1.25, 30.0, 812.
function three(value) {
	const size = Math.abs(value);

	return digits(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

// "-" stands for what is not known.
export function rate(value) {
	if (!Number.isFinite(value))
		return "–";
	return value >= 9999.5 ? `${three(value / 1000)}k` : value === 0 ? "0" : three(value);
}

export function share(value) {
	if (!Number.isFinite(value))
		return "–";
	return value > 0 && value < 0.01 ? `<1${THIN}%` : `${Math.round(value * 100)}${THIN}%`;
}

export function count(value) {
	if (!Number.isFinite(value))
		return "–";
	if (value < 10000)
		return String(value);
	return value < 1e6 ? `${three(value / 1e3)}k` : value < 1e9 ? `${three(value / 1e6)}M` : `${three(value / 1e9)}G`;
}

export function duration(ns) {
	if (!Number.isFinite(ns))
		return "–";
	const size = Math.abs(ns);

	if (size < 1e3)
		return `${Math.round(ns)}${THIN}ns`;
	if (size < 1e6)
		return `${three(ns / 1e3)}${THIN}µs`;
	if (size < 1e9)
		return `${three(ns / 1e6)}${THIN}ms`;
	if (size < 120e9)
		return `${three(ns / 1e9)}${THIN}s`;
	if (size < 7200e9)
		return `${Math.floor(ns / 60e9)}${THIN}min`;
	return size < 172800e9 ? `${Math.floor(ns / 3600e9)}${THIN}h` : `${Math.floor(ns / 86400e9)}${THIN}days`;
}

export function bytes(value) {
	if (!Number.isFinite(value))
		return "–";
	if (value < 1024)
		return `${value}${THIN}B`;
	if (value < 1048576)
		return `${three(value / 1024)}${THIN}KiB`;
	return value < 1073741824 ? `${three(value / 1048576)}${THIN}MiB` : `${three(value / 1073741824)}${THIN}GiB`;
}

// A value of a stream: as many digits as say something.
export function number(value) {
	if (typeof value !== "number")
		return value === null || value === undefined ? "–" : String(value);
	if (Number.isInteger(value))
		return String(value);
	const size = Math.abs(value);

	return size >= 1e6 || size < 1e-4 ? value.toExponential(3) : String(Number(value.toPrecision(5)));
}

export function clock(ns) {
	const date = new Date(ns / 1e6);
	const two = (n) => String(n).padStart(2, "0");

	return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.` +
		String(date.getMilliseconds()).padStart(3, "0");
}
