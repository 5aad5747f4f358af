// A layered layout. Cards stand in layers by their longest way from a source; those of one process, and each long edge
// on its way past the layers between, are blocks over several layers. Blocks are put beside what they are connected
// with, in one order, without overlapping. Along is the direction of the edges, across the other one.

const ROUNDS = 10, SETTLING = 6, PASSES = 4, REACH = 8, MOST_SWAPPED = 160, LEAST_GAIN = 0.2;
const LANE = 14; // what a long edge has for itself

// Edges that do not lead back: by a walk in depth from the sources.
function forward(ids, edges) {
	const out = new Map(ids.map((id) => [id, []])), state = new Map(), kept = [];
	const hasInput = new Set(edges.map((edge) => edge.to));

	for (const edge of edges)
		if (edge.from !== edge.to)
			out.get(edge.from)?.push(edge);
	const walk = (start) => {
		const stack = [[start, 0]];

		state.set(start, 1);
		while (stack.length) {
			const top = stack.at(-1), edge = out.get(top[0])[top[1]++];

			if (!edge) {
				state.set(top[0], 2);
				stack.pop();
			} else if (state.get(edge.to) !== 1) {
				kept.push(edge);
				if (!state.has(edge.to)) {
					state.set(edge.to, 1);
					stack.push([edge.to, 0]);
				}
			}
		}
	};
	for (const id of [...ids.filter((one) => !hasInput.has(one)), ...ids])
		if (!state.has(id))
			walk(id);
	return kept;
}

// The longest way from a source; a source stands just before its first reader.
function layers(ids, edges) {
	const layer = new Map(ids.map((id) => [id, 0])), into = new Map(ids.map((id) => [id, 0]));
	const out = new Map(ids.map((id) => [id, []]));

	for (const edge of edges) {
		into.set(edge.to, into.get(edge.to) + 1);
		out.get(edge.from).push(edge.to);
	}
	const left = new Map(into), ready = ids.filter((id) => !left.get(id));
	while (ready.length) {
		const id = ready.shift();

		for (const to of out.get(id)) {
			layer.set(to, Math.max(layer.get(to), layer.get(id) + 1));
			left.set(to, left.get(to) - 1);
			if (!left.get(to))
				ready.push(to);
		}
	}
	for (const id of ids)
		if (!into.get(id) && out.get(id).length)
			layer.set(id, Math.min(...out.get(id).map((to) => layer.get(to))) - 1);
	return layer;
}

// Puts blocks { first, last, size, wish } one after the other, in their order, each as near to its wish as can be: the
// mean of what is pushed down from above and of what is pushed up from below keeps all distances.
function pack(blocks, gap) {
	const bottom = new Map(), top = new Map();
	const down = blocks.map((block) => {
		let at = block.wish;

		for (let l = block.first; l <= block.last; l++)
			at = Math.max(at, bottom.get(l) ?? -Infinity);
		for (let l = block.first; l <= block.last; l++)
			bottom.set(l, at + block.size + gap);
		return at;
	});
	const up = [...blocks].reverse().map((block) => {
		let at = block.wish;

		for (let l = block.first; l <= block.last; l++)
			at = Math.min(at, (top.get(l) ?? Infinity) - block.size - gap);
		for (let l = block.first; l <= block.last; l++)
			top.set(l, at);
		return at;
	}).reverse();
	blocks.forEach((block, i) => (block.at = (down[i] + up[i]) / 2));
}

// What an arrangement costs: how far its edges go across, and its size.
function costOf(blocks, ties) {
	let low = Infinity, high = -Infinity, cost = 0;

	for (const block of blocks) {
		low = Math.min(low, block.at);
		high = Math.max(high, block.at + block.size);
	}
	for (const tie of ties)
		cost += tie.weight * Math.abs(tie.a.at + tie.offA - tie.b.at - tie.offB);
	return cost + 3 * (high - low);
}

// Where a block's neighbours would have it; `side`: only those before it (-1), or behind it (1).
function wishOf(block, near, side) {
	let sum = 0, n = 0;

	for (const { of, by, weight, where } of near.get(block)) {
		if (side && side !== where)
			continue;
		sum += weight * (of.at + by);
		n += weight;
	}
	return n ? sum / n : block.at;
}

// Blocks keep their order, and come nearer to their neighbours. Returns the cost.
function settle(order, ties, near, gap) {
	for (let round = 0; round < SETTLING; round++) {
		for (const block of order)
			block.wish = (wishOf(block, near, 0) + block.at) / 2;
		pack(order, gap);
	}
	return costOf(order, ties);
}

// An order by sweeps to and fro, and then the swaps of two that follow each other which cost less.
function arrange(blocks, ties, gap) {
	const near = new Map(blocks.map((block) => [block, []]));
	let best = null, least = Infinity;
	const keep = (order, cost) => {
		if (cost > least - LEAST_GAIN)
			return false;
		least = cost;
		best = { order: [...order], at: order.map((block) => block.at) };
		return true;
	};
	const restore = () => best.order.forEach((block, i) => (block.at = best.at[i]));

	for (const { a, b, weight, offA, offB } of ties) {
		near.get(a).push({ of: b, by: offB - offA, weight, where: 1 });
		near.get(b).push({ of: a, by: offA - offB, weight, where: -1 });
	}
	blocks.forEach((block, i) => (block.wish = i));
	for (let round = 0; round < ROUNDS; round++) {
		const order = [...blocks].sort((a, b) => a.wish + a.size / 2 - b.wish - b.size / 2 || a.rank - b.rank);

		pack(order, gap);
		keep(order, settle(order, ties, near, gap));
		for (const block of blocks)
			block.wish = wishOf(block, near, round % 2 ? 1 : -1);
	}
	for (let pass = 0, isBetter = blocks.length <= MOST_SWAPPED; pass < PASSES && isBetter; pass++) {
		isBetter = false;
		for (let i = 0; i < blocks.length; i++)
			for (let k = i + 1; k < Math.min(blocks.length, i + REACH); k++) {
				const order = [...best.order];

				if (order[i].first > order[k].last || order[k].first > order[i].last)
					continue;
				restore();
				[order[i], order[k]] = [order[k], order[i]];
				pack(order, gap);
				isBetter = keep(order, settle(order, ties, near, gap)) || isBetter;
			}
	}
	restore();
	// At last, as straight as the order allows.
	for (let i = 0; i < PASSES; i++)
		keep(best.order, settle(best.order, ties, near, gap));
	restore();
	const low = Math.min(...blocks.map((block) => block.at));
	for (const block of blocks)
		block.at -= low;
	return Math.max(0, ...blocks.map((block) => block.at + block.size));
}

// The blocks of some cards: themselves, groups of which the content is laid out before, and lanes of long edges.
function blocksOf(items, edges, layer, gap) {
	const block = new Map(), blocks = [], ties = [], lanes = [];

	for (const item of items) {
		const one = { first: item.first, last: item.last, size: item.size, rank: blocks.length };

		blocks.push(one);
		for (const [id, off] of item.centres)
			block.set(id, { one, off });
	}
	for (const edge of edges) {
		const a = block.get(edge.from), b = block.get(edge.to);

		if (!a || !b || a.one === b.one)
			continue;
		const first = layer.get(edge.from) + 1, last = layer.get(edge.to) - 1;
		if (last < first) {
			ties.push({ a: a.one, b: b.one, offA: a.off, offB: b.off, weight: 1 });
			continue;
		}
		const lane = { first, last, size: LANE, rank: blocks.length, edge };
		blocks.push(lane);
		lanes.push(lane);
		ties.push({ a: a.one, b: lane, offA: a.off, offB: LANE / 2, weight: 2 },
			{ a: lane, b: b.one, offA: LANE / 2, offB: b.off, weight: 2 });
	}
	const size = arrange(blocks, ties, gap);
	return { size, lanes, at: items.map((item, i) => blocks[i].at) };
}

// cards: [{ id, group }], edges: [{ from, to }]; options: along and across (the size of a card), gap (between layers),
// space (between cards), inset and head (of a group). Returns { places: Map id -> { along, across }, groups:
// [{ name, along, across, length, size }], lanes: Map edge -> [{ along, across }], length, size, back: Set of edges }.
export function layout(cards, edges, options) {
	const { along, across, gap, space, inset, head } = options;
	const ids = cards.map((card) => card.id), known = new Set(ids);
	const usable = edges.filter((edge) => known.has(edge.from) && known.has(edge.to));
	const kept = forward(ids, usable), layer = layers(ids, kept);
	const lowest = Math.min(0, ...layer.values());
	const members = new Map();

	for (const id of ids)
		layer.set(id, layer.get(id) - lowest);
	for (const card of cards)
		if (card.group) {
			if (!members.has(card.group))
				members.set(card.group, []);
			members.get(card.group).push(card.id);
		}
	const items = [], inner = new Map(), lanes = new Map();
	for (const card of cards) {
		const group = members.get(card.group);

		if (!group || group.length < 2) {
			items.push({ id: card.id, first: layer.get(card.id), last: layer.get(card.id), size: across,
				centres: [[card.id, across / 2]] });
			continue;
		}
		if (inner.has(card.group))
			continue;
		const own = new Set(group), parts = group.map((id) => ({ id, first: layer.get(id), last: layer.get(id),
			size: across, centres: [[id, across / 2]] }));
		const within = kept.filter((edge) => own.has(edge.from) && own.has(edge.to));
		const done = blocksOf(parts, within, layer, space);
		const item = { group: card.group, first: Math.min(...group.map((id) => layer.get(id))),
			last: Math.max(...group.map((id) => layer.get(id))), size: done.size + inset * 2 + head,
			centres: group.map((id, i) => [id, inset + head + done.at[i] + across / 2]), within, lanes: done.lanes };
		inner.set(card.group, item);
		items.push(item);
	}
	const inGroup = new Set([...inner.values()].flatMap((item) => item.within));
	const done = blocksOf(items, kept.filter((edge) => !inGroup.has(edge)), layer, space);
	const step = along + gap, places = new Map(), groups = [];
	const pass = (lane, offset) => lanes.set(lane.edge, [
		{ along: lane.first * step - gap / 4, across: offset + lane.at + LANE / 2 },
		{ along: lane.last * step + along + gap / 4, across: offset + lane.at + LANE / 2 }]);

	items.forEach((item, i) => {
		for (const [id, off] of item.centres)
			places.set(id, { along: layer.get(id) * step, across: done.at[i] + off - across / 2 });
		if (!item.group)
			return;
		groups.push({ name: item.group, along: item.first * step - inset, across: done.at[i],
			length: (item.last - item.first) * step + along + inset * 2, size: item.size });
		for (const lane of item.lanes)
			pass(lane, done.at[i] + inset + head);
	});
	for (const lane of done.lanes)
		pass(lane, 0);
	return { places, groups, lanes, size: done.size, back: new Set(usable.filter((edge) => !kept.includes(edge))),
		length: Math.max(0, ...[...places.values()].map((place) => place.along + along)) };
}
