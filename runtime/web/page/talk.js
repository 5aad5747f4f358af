// The console's protocol (docs/protocol.md) over a WebSocket: a text message is a line, in both directions.

const FIRST_WAIT = 300, LONGEST_WAIT = 5000;

export class Refused extends Error {
	constructor(answer) {
		super(answer.message ?? answer.error);
		this.name = answer.error;
	}
}

// Whole numbers beyond 2^53 stay exact, as strings.
export function parse(line) {
	if (!/\d{16}/.test(line))
		return JSON.parse(line);
	return JSON.parse(line, (key, value, context) =>
		typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
			? context.source : value);
}

export function address(subpath) {
	const url = new URL(subpath, location.href);

	url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
	url.search = "";
	const token = new URLSearchParams(location.search).get("token");
	if (token)
		url.searchParams.set("token", token);
	return url;
}

// One connection, on which requests are answered in their order.
export class Talk {
	#socket;
	#asked = []; // { id, take, resolve, reject }: what has no last line yet, in order
	#id = 0;
	onhello = () => {};
	onend = () => {};
	onclose = () => {};

	constructor(url) {
		this.#socket = new WebSocket(url, ["pkd.v1"]);
		this.#socket.onmessage = (event) => this.#take(event.data);
		this.#socket.onclose = () => this.#finish();
	}

	#take(line) {
		let answer;

		try {
			answer = parse(line);
		} catch {
			return;
		}
		if (answer.pkd !== undefined) {
			this.onhello(answer);
			return;
		}
		if (answer.event === "end") {
			this.onend(answer);
			return;
		}
		const asked = this.#asked[0];
		if (!asked || (answer.id !== undefined && answer.id !== asked.id))
			return;
		if (answer.error) {
			this.#asked.shift();
			asked.reject(new Refused(answer));
			return;
		}
		asked.take?.(answer.parameters);
		if (answer.more)
			return;
		this.#asked.shift();
		asked.resolve(answer.parameters);
	}

	#finish() {
		const asked = this.#asked;

		this.#asked = [];
		for (const one of asked)
			one.reject(new Refused({ error: "closed", message: "the connection has ended" }));
		this.onclose();
	}

	get isOpen() {
		return this.#socket.readyState === WebSocket.OPEN;
	}

	get isClosed() {
		return this.#socket.readyState >= WebSocket.CLOSING;
	}

	// Resolves with the parameters of the last line; `take` is given those of each line.
	ask(method, parameters, take) {
		return new Promise((resolve, reject) => {
			if (!this.isOpen) {
				reject(new Refused({ error: "closed", message: "the program is not connected" }));
				return;
			}
			const id = ++this.#id;

			this.#asked.push({ id, take, resolve, reject });
			this.#socket.send(JSON.stringify(parameters ? { id, method, parameters } : { id, method }));
		});
	}

	close() {
		this.#socket.close();
	}
}

// A connection that is made again for as long as the page is there.
export class Line {
	#wait = FIRST_WAIT;
	#timer;
	talk = null;
	onopen = () => {}; // with the greeting
	onlost = () => {}; // with how the program has ended, where it has said so
	ontry = () => {};

	constructor(url) {
		this.url = url;
	}

	open() {
		const talk = new Talk(this.url);
		let end = null, hello = null;

		this.talk = talk;
		talk.onhello = (greeting) => {
			hello = greeting;
			this.#wait = FIRST_WAIT;
			this.onopen(greeting);
		};
		talk.onend = (event) => (end = event);
		talk.onclose = () => {
			if (this.talk !== talk)
				return;
			this.onlost(end, hello !== null);
			this.#timer = setTimeout(() => this.open(), this.#wait);
			this.#wait = Math.min(this.#wait * 1.6, LONGEST_WAIT);
		};
	}

	retry() {
		clearTimeout(this.#timer);
		this.#wait = FIRST_WAIT;
		if (!this.talk || this.talk.isClosed)
			this.open();
	}

	get isOpen() {
		return this.talk?.isOpen ?? false;
	}

	ask(method, parameters, take) {
		if (!this.talk)
			return Promise.reject(new Refused({ error: "closed", message: "the program is not connected" }));
		return this.talk.ask(method, parameters, take);
	}
}
