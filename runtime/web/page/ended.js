// How the program has ended, and why it is not reached, in words.

const SIGNALS = { 1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
	11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS" };

export function howItEnded(hello, status) {
	const who = hello ? `${hello.program} (${hello.pid})` : "The program";
	const how = status === 0 ? "in order" : status === 1 ? "a node failed, or something could not be set up"
		: status === 2 ? "the command line or the configuration file is wrong"
			: status === 3 ? "a process was given up; the rest ended well"
				: status > 128 ? `a process died of ${SIGNALS[status - 128] ?? `signal ${status - 128}`}, or was ended by it` : "";

	return `${who} has ended with status ${status}${how ? `: ${how}` : ""}. When it is started again, this page goes on.`;
}

// A WebSocket says nothing of why it was refused, so /healthz is asked.
export async function whyNot(hello) {
	const who = hello ? `${hello.program} (${hello.pid})` : "the program";

	try {
		const answer = await fetch(`healthz${location.search}`, { cache: "no-store" });

		if (answer.status === 401)
			return "The token in this page's address is not the program's: each start makes a new one, which it prints, unless " +
				"--serve-token-file gives one.";
		return `The connection to ${who} was lost. Trying again …`;
	} catch {
		return `${hello ? `${hello.program} (${hello.pid})` : "The program"} is not reached: it has ended, or the network is down. Trying again …`;
	}
}
