// Values of streams, by `echo`: the newest of each that is looked at, in turn; all of a few that are followed.

import { Line, Talk } from "./talk.js";

const EVERY_MS = 100, IDLE_MS = 40, SILENT_MS = 1000, MOST_FOLLOWED = 2;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Values {
	#wanted = new Set();
	#runs = false;
	#n_followed = 0;

	// has(stream): whether there is a value to be shown; who asks for one that is not there would wait for it.
	constructor(url, has) {
		this.url = url;
		this.has = has;
		this.line = new Line(url);
		this.line.onopen = () => this.#run();
	}

	open() {
		if (!this.line.talk)
			this.line.open();
	}

	// `take` is given each value that is seen; the function that is returned ends it.
	want(stream, take, options = {}) {
		const one = { stream, take, due: 0, seq: -1, ...options };

		this.open();
		this.#wanted.add(one);
		this.#run();
		return () => this.#wanted.delete(one);
	}

	async #run() {
		if (this.#runs)
			return;
		this.#runs = true;
		while (this.line.isOpen && this.#wanted.size) {
			const now = performance.now();
			let next = null;

			for (const one of this.#wanted)
				if (one.due <= now && (!next || one.due < next.due) && this.has(one.stream))
					next = one;
			if (!next || document.hidden)
				await pause(document.hidden ? SILENT_MS : IDLE_MS);
			else
				await this.#look(next);
		}
		this.#runs = false;
	}

	async #look(one) {
		const { stream, every = EVERY_MS, parameters } = one;
		const wait = (ms) => (one.due = performance.now() + ms);

		wait(every);
		try {
			await this.line.ask("echo", { stream, count: 1, ...parameters }, (line) => {
				if (line.pixels !== undefined)
					one.take(line);
				if (line.seq === undefined || line.seq === one.seq)
					return;
				one.seq = line.seq;
				one.take(line);
			});
		} catch (error) {
			one.refused?.(error);
			wait(SILENT_MS * 3);
		}
	}

	// Each value, in a connection of its own; of more than a few streams the newest ones, as a program answers not many
	// clients at a time.
	follow(stream, take) {
		if (this.#n_followed >= MOST_FOLLOWED)
			return this.want(stream, take, { every: EVERY_MS / 2 });
		let talk = null, isOver = false, timer;
		const open = () => {
			talk = new Talk(this.url);
			talk.onhello = () => talk.ask("echo", { stream }, (line) => line.seq !== undefined && take(line)).catch(() => {});
			talk.onclose = () => !isOver && (timer = setTimeout(open, SILENT_MS * 2));
		};

		this.#n_followed++;
		open();
		return () => {
			if (isOver)
				return;
			this.#n_followed--;
			isOver = true;
			clearTimeout(timer);
			talk.close();
		};
	}
}
