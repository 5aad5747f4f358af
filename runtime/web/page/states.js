// States by a sign, a word and a colour.

export const STATES = {
	running: { sign: "●", word: "running" },
	starting: { sign: "◌", word: "starting" },
	paused: { sign: "❚❚", word: "paused" },
	resting: { sign: "◐", word: "at rest" },
	ended: { sign: "■", word: "ended" },
	gone: { sign: "✕", word: "gone" },
};

export const stateOf = (name) => STATES[name] ?? { sign: "?", word: name };

// Of a frame, in the answer to `why`.
export const FATES = {
	published: { sign: "✓", word: "published", look: "good" },
	delivered: { sign: "✓", word: "delivered", look: "good" },
	absent: { sign: "○", word: "absent: the node fired, and made none", look: "plain" },
	not_fired: { sign: "○", word: "the node did not fire with it", look: "plain" },
	thinned: { sign: "↷", word: "left out by every", look: "plain" },
	other_worker: { sign: "↷", word: "another worker's", look: "plain" },
	none: { sign: "○", word: "no value of this frame", look: "plain" },
	rested: { sign: "◐", word: "passed by at rest", look: "plain" },
	paused: { sign: "❚❚", word: "made while paused", look: "warn" },
	dropped: { sign: "✕", word: "dropped", look: "warn" },
	unjoined: { sign: "✕", word: "not joined", look: "warn" },
	refused: { sign: "✕", word: "refused: no room", look: "bad" },
	failed: { sign: "✕", word: "failed", look: "bad" },
	left: { sign: "✕", word: "the reader had ended", look: "warn" },
	in_flight: { sign: "…", word: "on its way", look: "plain" },
	not_yet: { sign: "…", word: "not yet", look: "plain" },
	never: { sign: "○", word: "never: the origin has ended", look: "plain" },
	unknown: { sign: "?", word: "no longer known", look: "plain" },
};
