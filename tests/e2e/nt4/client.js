// What ntcore-ts-client, a real client, sees and does: client.js PORT SECONDS. A line of JSON says what it was.
const { NetworkTables, NetworkTablesTypeInfos: T } = require("ntcore-ts-client");
console.info = console.warn = () => {};
const [port, seconds] = process.argv.slice(2).map(Number);
const nt = NetworkTables.getInstanceByURI("127.0.0.1", port);
const seen = { fast: [], slow: [], name: null, xs: null, seen: null, mode: null, prefix: {}, echoed: null };
const topic = (name, type, value) => nt.createTopic(name, type, value);

const vision = "/SmartDashboard/vision/";
topic(vision + "heartbeat", T.kInteger, -1).subscribe((v) => seen.fast.push([Date.now(), v]), { all: true, periodic: 0.01 });
topic(vision + "n", T.kInteger, -1).subscribe((v) => seen.slow.push([Date.now(), v]), {});
topic(vision + "name", T.kString, "").subscribe((v) => (seen.name = v));
topic(vision + "seen", T.kBoolean, false).subscribe((v) => (seen.seen = v));
nt.createPrefixTopic(vision).subscribe((v, params) => (seen.prefix[params.name] = params.type));

(async () => {
	const station = topic("/FMSInfo/station", T.kDouble, 0);
	const red = topic("/FMSInfo/IsRedAlliance", T.kBoolean, false);
	const name = topic("/FMSInfo/name", T.kString, "");
	await Promise.all([station.publish(), red.publish(), name.publish({ persistent: true })]);
	red.setValue(true);
	name.setValue("räd");
	let n = 0;
	setInterval(() => station.setValue(n++), 20); // a double that is a whole number
	seen.published = true;
})();
setTimeout(() => {
	console.log(JSON.stringify(seen));
	process.exit(0);
}, seconds * 1000);
