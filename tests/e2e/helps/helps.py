"""Tries the helps of messages: each is applied to the program that got it, and what comes out is
checked again. usage: helps.py PKDC FILE...

RULES says of every help what to do with it: one that no rule knows is a mistake. After a help was
applied, its message is gone, and the lines that were changed have no other; a program that had this
one error alone has none."""

import difflib
import os
import re
import subprocess
import sys

PLACE = re.compile(r"^(.*?):(\d+):(\d+): (error|warning|note)(?:\[([EW]\d+)\])?: (.*)$")


class Message:
    """One message: its place, the carets under it, its notes, its helps."""

    def __init__(self, match):
        self.line, self.column = int(match[2]), int(match[3])
        self.code, self.text = match[5], match[6]
        self.length, self.notes, self.helps = 0, [], []

    def key(self):
        return self.code, self.text


def check(pkdc, path, options):
    """The messages of a file."""
    done = subprocess.run([pkdc, "check", *options, os.path.basename(path)], text=True,
                          cwd=os.path.dirname(path), capture_output=True, check=False)
    messages, at = [], None
    for line in done.stderr.splitlines():
        match = PLACE.match(line)
        if match and match[4] == "note":
            messages[-1].notes.append((int(match[2]), int(match[3]), match[6]))
            at = None
        elif match:
            at = Message(match)
            messages.append(at)
        elif messages and re.match(r"^ *= help: ", line):
            messages[-1].helps.append(line.split("= help: ", 1)[1])
        elif at and not at.length and re.match(r"^ *\| +\^+", line):
            at.length = line.count("^")
    return messages


# ---- What can be done with a help: each gives the new text ----

class Program:
    """A program, and the message whose help is applied to it."""

    def __init__(self, text, message):
        self.lines, self.message = text.split("\n"), message
        self.at = message.line - 1

    def put(self, at, line):
        self.lines[at] = line
        return "\n".join(self.lines)

    def replace(self, new):
        """The code under the carets."""
        line, start = self.lines[self.at], self.message.column - 1
        if new == "not":
            new = "not "
        return self.put(self.at, line[:start] + new + line[start + self.message.length:])

    def word(self, new):
        """The word of the line that is nearest to the new one, or the unit of a quantity."""
        line = self.lines[self.at]
        start = self.message.column - 1
        if re.fullmatch(r"[\d._]+[A-Za-z]+", line[start:start + self.message.length]):
            return self.replace(re.sub(r"[A-Za-z]+$", new, line[start:start + self.message.length]))
        if self.message.code == "E0301":
            return self.replace(new)
        words = [word for word in re.findall(r"[\w.]+" if "." in new else r"\w+", line) if word != new]
        old = difflib.get_close_matches(new, words, 1, 0.3)
        if " " in new or not old:
            return self.replace(new)
        start = self.message.column - 1
        under = line[start:start + self.message.length]
        if re.fullmatch(r"\w+", under) and under != new:
            old = [under] if difflib.SequenceMatcher(None, under, new).ratio() > 0.5 else old
        if line.startswith("use "):
            return "\n".join(re.sub(rf"\b{re.escape(old[0])}\b", new, each) for each in self.lines)
        return self.put(self.at, re.sub(rf"\b{re.escape(old[0])}\b", new, line, count=1))

    def capacity(self, declaration, name):
        """A string parameter of the pipeline with a capacity."""
        for at, line in enumerate(self.lines):
            if re.match(rf"pipeline .*\b{name}: string\b", line):
                return self.put(at, re.sub(rf"\b{name}: string\b", declaration, line, count=1))
        return None

    def within(self, pattern, new):
        """A part of the line."""
        return self.put(self.at, re.sub(pattern, lambda _: new, self.lines[self.at], count=1))

    def near(self, pattern, new):
        """A part of the line, or of one that a note is about."""
        for at in [self.at] + [note[0] - 1 for note in self.message.notes]:
            if re.search(pattern, self.lines[at]):
                return self.put(at, re.sub(pattern, lambda _: new, self.lines[at], count=1))
        return None

    def rewrite(self, pattern, template):
        """A part of the line, from the groups of what it was."""
        return self.put(self.at, re.sub(pattern, template, self.lines[self.at], count=1))

    def edge(self, words, node):
        """The edge words before a stream in the call of a node."""
        stream = words.split()[-1]
        node = node.rsplit(".", 1)[-1]
        for i, line in enumerate(self.lines):
            if re.match(rf"\s*({re.escape(node)}\s*=|(\w+\.)?{re.escape(node)}\()", line):
                head, call = line.split("(", 1)
                call = re.sub(rf"(latest |sample |queue\(\d+\) )?\b{re.escape(stream)}(?![\w:])",
                              words, call, count=1)
                return self.put(i, head + "(" + call)
        return None

    def insert(self, at, line):
        self.lines.insert(at, line)
        return "\n".join(self.lines)

    def deploy(self, rule):
        """A rule of the deploy, which is added where there is none."""
        pipeline = [re.match(r"pipeline (\w+)", line) for line in self.lines]
        name = [match[1] for match in pipeline if match][-1]
        for i, line in enumerate(self.lines):
            if line.startswith(f"deploy {name} {{"):
                return self.put(i, line.replace("{", "{ " + rule + "\n", 1))
        return self.insert(len(self.lines), f"deploy {name} {{ {rule} }}")

    def declaration(self, node, item):
        """A line in the declaration of a node."""
        for i, line in enumerate(self.lines):
            if not re.match(rf"node {re.escape(node)}\b", line):
                continue
            while "{" not in self.lines[i] and i + 1 < len(self.lines) and \
                    re.match(r"\s", self.lines[i + 1]):
                i += 1
            if self.lines[i].rstrip().endswith("{"):
                return self.insert(i + 1, item)
            return self.put(i, self.lines[i] + " { " + item + " }")
        return None

    def port(self, port):
        """A port may be absent: the note says where it is declared."""
        name, kind = port.rstrip("?").split(": ", 1)
        for i, line in enumerate(self.lines):
            if f"{name}: {kind}" in line and line.startswith(("node", " ")) and \
                    any(note[0] == i + 1 for note in self.message.notes):
                return self.put(i, line.replace(f"{name}: {kind}", port, 1))
        return None

    def port_and_edge(self, port, kind, words, node):
        """A port of a kind of node may be absent, and the edge words of one."""
        self.port_of(port, kind)
        return self.edge(words, node)

    def port_of(self, port, kind):
        name, type_ = port.rstrip("?").split(": ", 1)
        for i, line in enumerate(self.lines):
            if re.match(rf"node {re.escape(kind)}\b", line) and f"{name}: {type_}" in line:
                return self.put(i, line.replace(f"{name}: {type_}", port, 1))
        return None

    def concrete(self, name, type_, kind):
        """The type of an output, and of all that has the same type variable."""
        for i, line in enumerate(self.lines):
            match = re.match(rf"node {re.escape(kind)}<(\w+)>", line)
            if match:
                line = re.sub(rf": {match[1]}\b", f": {type_}", line)
                return self.put(i, line.replace(f"<{match[1]}>", "", 1))
        return None

    def both(self, binding, *fields):
        """What an expression samples are parts of one record, which is bound before."""
        for name, new in zip(re.findall(r": ([\w.]+)", binding), fields):
            self.lines[self.at] = self.lines[self.at].replace(f"sample {name}", new, 1)
        return self.insert(self.at, "    " + binding)

    def bind(self, binding, words, node):
        """What stands in the call of a node has a name, which stands there with edge words."""
        name, text = binding.split(" = ", 1)
        for i, line in enumerate(self.lines):
            if re.match(rf"\s*({re.escape(node)}\s*=|(\w+\.)?{re.escape(node)}\()", line):
                head, call = line.split("(", 1)
                self.put(i, head + "(" + call.replace(text, words, 1))
                return self.insert(i, f"    {name} = {text}")
        return None

    def port_and_bind(self, port, kind, binding, words, node):
        self.port_of(port, kind)
        return self.bind(binding, words, node)

    def operand(self, new, old):
        """A stream in an expression: under the carets, or where the last note is that tells of it."""
        places = [note[:2] for note in reversed(self.message.notes)]
        for line, column in [(self.message.line, self.message.column)] + places:
            text = self.lines[line - 1]
            if re.match(rf"{re.escape(old)}(?!\w)", text[column - 1:]):
                self.at = line - 1
                return self.put(self.at, text[:column - 1] + re.sub(
                    rf"(?<![\w.]){re.escape(old)}(?!\w)", new, text[column - 1:]))
        return None

    def operand_of(self, binding, new, old):
        """The same, and what the new name is bound to."""
        return self.operand(new, old) and self.insert(self.at, "    " + binding)

    def port_and_operand(self, port, kind, binding, new, old, _):
        self.port_of(port, kind)
        return self.operand_of(binding, new, old)

    def before(self, new):
        """In front of the code under the carets."""
        line, start = self.lines[self.at], self.message.column - 1
        return self.put(self.at, line[:start] + new + line[start:])

    def rename(self, new):
        """The name under the carets, there and behind it."""
        line, start = self.lines[self.at], self.message.column - 1
        old = line[start:start + self.message.length]
        self.lines[self.at:] = [re.sub(rf"\b{old}\b", new, each) for each in self.lines[self.at:]]
        return "\n".join(self.lines)

    def back(self, new, name):
        """Where a name is read again."""
        for i, line in enumerate(self.lines):
            if re.search(rf"= -?{re.escape(name)}\b", line):
                return self.put(i, re.sub(rf"= (-?){re.escape(name)}\b", rf"= \1{new}", line))
        return None

    def cast(self, name):
        """What a name is bound to, said to be of one type."""
        for i, line in enumerate(self.lines):
            if re.match(rf"\s*{name} = ", line):
                return self.put(i, re.sub(r"= (.*)", r"= f64(\1)", line))
        return None

    def behind(self, new, rate):
        """Another assert, and the rate that it needs."""
        self.within(r"latency\(.*?\)", new)
        return self.deploy(rate)

    def behind_many(self, new, rate, item, node):
        """The same, and a line in the declaration of the node that the way begins at."""
        self.behind(new, rate)
        return self.declaration(node, item)

    def choose(self, choice, old):
        """A choice with a name, and that name in its places."""
        stream = choice.split()[-1]
        at = next((i for i, line in enumerate(self.lines)
                   if re.match(rf"\s*{re.escape(stream)}\s*=", line)), None)
        if at is None:
            return None
        name = choice.split()[0]
        end = next(i for i in range(at, len(self.lines)) if self.lines[i].startswith("}"))
        for i in range(at + 1, end):
            if not self.lines[i].strip().startswith("assert"):
                self.lines[i] = re.sub(
                    rf"((latest|every\(.*?\)) )*(?<![\w.]){re.escape(old)}(?![\w\[])", name,
                    self.lines[i])
        return self.insert(at + 1, "    " + choice)

    def secret(self, name):
        """A parameter of the pipeline is declared secret."""
        for i, line in enumerate(self.lines):
            if line.startswith("pipeline") and re.search(rf"(?<!secret )\b{name}: string", line):
                return self.put(i, re.sub(rf"(param )?\b{name}: string", f"param secret {name}: string", line))
        return None

    def argument(self, new):
        """One more argument of the call in this line."""
        line = self.lines[self.at].replace("()", "(" + new + ")", 1)
        if line == self.lines[self.at]:
            line = re.sub(r"\)\s*$", ", " + new + ")", line)
        return self.put(self.at, line)


# A help, and what is done; TEXT: it is advice, and holds no code for this program.
TEXT = None
CODE = r"'([^'…]+)'"
RULES = [
    (r"it has '.*", TEXT),
    (rf"did you mean {CODE}\?", Program.word),
    (r"call it '(\w+)', or another name", Program.rename),
    (r"write the rules of both into one, or .*: '(deploy \w+ of \w+)'",
     lambda p, new: p.within(r"deploy \w+( of \w+)?", new)),
    (r"write its unit: '(\w+)', or '\w+'", Program.replace),
    (r"'(\w+)' has no unit: write '(\w+)', or '\w+'",
     lambda p, old, new: p.within(rf"\b{old}\b", new)),
    (rf"write {CODE} for the list of its elements", Program.replace),
    (r"write '(.)' first: the '.' of line \d+ is open", Program.before),
    (r"its (?:values|fields) are .*|it has \d+ elements always", TEXT),
    (r"this 'if' chooses what the program is made of; .*", TEXT),
    (r"'\w+' is a word of the language: .*|'\w+' stands beside the pipelines .*", TEXT),
    (r"a value is chosen by .*|write 'else' and its value; .*|a default for an absent value .*", TEXT),
    (r"a name is bound by '=' alone: .*|a function has what it takes .*|the rest of a .*", TEXT),
    (r"texts are put together by .*|whether one is so is .*|'latest' alone keeps .*", TEXT),
    (r"'\S+' is a node of pkd: .*", TEXT),
    (rf"write {CODE} to fire on every frame",
     lambda p, new: p.near(rf"sample(\(.*?\))? {re.escape(new)}", new)),
    (rf"bind {CODE}, and write {CODE} in place of {CODE} at {CODE}(?:,? (?:so that|to take) .*)?",
     lambda p, binding, new, old, _: p.operand_of(binding, new, old)),
    (rf"declare the port {CODE} of {CODE}, and bind {CODE}, and write {CODE} in place of {CODE} "
     rf"at {CODE},? .*", Program.port_and_operand),
    (r"declare it: 'param secret (\w+): string'", Program.secret),
    (r"write 'live param', or leave 'changed' out", TEXT),
    (r"only what is declared 'live param' changes", TEXT),
    (r"declare it '((\w+): string<64>)'", Program.capacity),
    (r"declare it '\w+: string<64>' and write .*|write '.* when present\(x\)' for an element .*", TEXT),
    (r"say what it is called here: '(use \S+) (as \w+)'", lambda p, use, name: p.rewrite(r"$", " " + name)),
    (r"a field has a name and a value: '(\w+)(: \w+)'",
     lambda p, name, value: p.within(rf"\b{name}\b(?= *[,}}])", name + value)),
    (r"'.*' is an output: name its node, '(.*)'", Program.replace),
    (r"an output of its first element is '(.*)'",
     lambda p, new: p.within(re.escape(re.sub(r"\[0\]", "", new)), new)),
    (r"'.*' is several: name one of ([^,]*), .*", Program.replace),
    (r"a pipeline gives its outputs by .*|the C of a node stands .*", TEXT),
    (r"write '((\w+): string<64>)' for up to .*", lambda p, new, name: p.within(rf"\b{name}: string", new)),
    (r"leave it out(?:: a stream is marked.*|, and write '\w+' where.*|: the nodes in .*)?|leave out one of the two words.*",
     lambda p: p.replace("")),
    (r"a text that nothing shows is .*|write '\w+' (?:before the name of a stream that|where that stream) .*", TEXT),
    (rf"write {CODE} without 'sample': .*", Program.replace),
    (r"no other value belongs to its frames, either: .*", TEXT),
    (r"give the name of a record, an enum or a number: .*|give a type by name: .*", TEXT),
    (r"leave it out, or write '= \"\"' where .*|give it a parameter of the pipeline: .*", TEXT),
    (rf"write {CODE} at the top of the file", lambda p, use: p.insert(0, use)),
    (rf"write {CODE} at {CODE}(?:,? (?:so that|to take) .*)?", Program.edge),
    (rf"write {CODE} in place of {CODE} in '[^']*'(?:,? (?:so that|to take) .*)?",
     Program.operand),
    (rf"bind {CODE}, and write {CODE} in place of {CODE} in '[^']*'(?:, so that .*)?",
     Program.operand_of),
    (rf"bind {CODE}, and write {CODE} at {CODE}(?:,? (?:so that|to take) .*)?",
     Program.bind),
    (rf"declare the port {CODE} of {CODE}, and write {CODE} at {CODE},? (?:to take|so that) .*",
     Program.port_and_edge),
    (rf"declare the port {CODE} of {CODE}, and bind {CODE}, and write {CODE} at {CODE},? .*",
     Program.port_and_bind),
    (rf"write {CODE} for its last three values", Program.replace),
    (rf"write {CODE} to (?:say what is first|fire on the frames of .*)", Program.replace),
    (rf"write {CODE} (?:to take|so that one|to cut) .*", Program.replace),
    (r"write '(seconds\(.*\))', or divide it by a time", Program.replace),
    (rf"write '(latest (\S+))' to fire on .*",
     lambda p, new, stream: p.near(rf"sample(\(.*?\))? {re.escape(stream)}", new)),
    (r"write '(\w+)' or another word", Program.replace),
    (r"write '(memory <= \S+)', or give .*", lambda p, new: p.within(r"memory <= \S+", new)),
    (r"(?:make|give|bind) '.*'.*, or write '(<= \w+)'", lambda p, new: p.within(r"<= \w+$", new)),
    (r"write '(workers [^']*)' in a deploy, or (?:'.*'|bind '.*)",
     lambda p, workers: p.deploy(workers)),
    (r"write '(budget .*? = 20ms)', or what it takes .*", Program.deploy),
    (r"write '(rate .*? = 30fps)', or how often .*", Program.deploy),
    (r"write '(latency\(.*\))' for the way behind it, .*: '(rate [^']*)'", Program.behind),
    (r"write '(latency\(.*\))' for .*: '(rate .*)', and '(.*)' in the declaration of '(.*)'",
     Program.behind_many),
    (r"write '(fires any|makes <= 1)'.* in the declaration of '(.*?)'.*",
     lambda p, item, node: p.declaration(node, item)),
    (r"write '(stateless)' in the declaration of '(.*?)' if .*",
     lambda p, item, node: p.declaration(node, item)),
    (r"write '(origin paced)' .*", TEXT),
    (r"write '(sample\(max_age: 500ms\)|\w+\(4\))'",
     lambda p, new: p.within(re.escape(new.split("(")[0]) + r"(\(.*?\))?", new)),
    (r"a unit stands right behind its number: '([\d._]+)([A-Za-z]+)'",
     lambda p, number, unit: p.within(rf"{re.escape(number)} +{unit}", number + unit)),
    (r"write '(\[-?\d+\.\.-?\d+\])'", lambda p, new: p.within(r"\[-?\d+\.\.-?\d+\]", new)),
    (rf"write {CODE}", Program.replace),
    (rf"write {CODE} to convert it", Program.replace),
    (r"put it in parentheses: '\(sample x\) .*'",
     lambda p: p.rewrite(r"(sample(?:\(.*?\))? [\w.]+)", r"(\1)")),
    (r"'(\w+)' chooses for one input: bind the choice first, .*",
     lambda p, word: p.rewrite(rf"^( *)(.*?)({word}(?:\(.*?\))? [\w.]+)",
                               r"\1chosen = \3\n\1\2chosen")),
    (r"in an expression each value is named: .*",
     lambda p: p.rewrite(r"(\w+)\[-2\.\.0\]", r"[\1, \1[-1], \1[-2]]")),
    (rf"write one of (?:them, such as|its values:) {CODE}", Program.replace),
    (r"write one of ([\w.\[\]]+), .*", Program.replace),
    (r"bind both in one record, '(both = .*)', with '\?\?' where one may be absent, and write '(.*)' and '(.*)'", Program.both),
    (r"bind both in one record, .* take that .*", TEXT),
    (r"go back in time: write '(\((.*)\[-1\] \?\? 0\))', with .*", Program.back),
    (r"write '(\(.* \?\? 0\))', with the value that it begins with .*", Program.replace),
    (r"say what it is where it is bound, as in '(\w+) = f32\(…\)'", Program.cast),
    (rf"declare the port {CODE}, or write {CODE} to fire .*", lambda p, port, _: p.port(port)),
    (rf"declare the port {CODE}(?:: .*|, or .*)?", Program.port),
    (rf"choose once: write {CODE}, and '(\w+)' in both places",
     lambda p, choice, _: p.choose(choice, choice.split()[-1])),
    (rf"choose once, before the ways part: write {CODE}, and '\w+' in place of {CODE}",
     Program.choose),
    (rf"give it by name: {CODE}", Program.argument),
    (r"a deploy with a name of its own is written '(deploy .*)'",
     lambda p, new: p.within(r"deploy \w+", new)),
    (r"leave out 'param': an argument .*", lambda p: p.within("param ", "")),
    (r"write a default: 'NAME: TYPE = VALUE' .*", lambda p: p.within(r"\?", " = true")),
    (r"leave out '(dynamic)'.*", lambda p, word: p.within(" " + word, "")),
    (r"an argument is named with a colon: .*", lambda p: p.replace(":")),
    (r"a statement ends at the end of its line, without ';'", lambda p: p.replace("")),
    (rf".* is a record: a field of it is written {CODE}",
     lambda p, new: p.within(re.escape(new.rsplit(".", 1)[0]), new)),
    (r"a comment begins with '(//)'", Program.replace),
    (r"a name is bound without a word .*",
     lambda p: p.within(r"\b(let|var|val|auto|def|fn|func) ", "")),
    # Advice.
    (r"write what it does behind it, as .*", TEXT),
    (r"an expression fires on the frames of a stream in it: .*", TEXT),
    (r"leave out '\?\?' and what follows; .*|sample the value on a clock of its own: .*", TEXT),
    (r"a record is written as in .*|write it where its place says so, .*", TEXT),
    (r"(?:call the file|call it) .*", TEXT),
    (r"give (?:each a|parts|the rate|its type|'.*' a process) .*", TEXT),
    (r"give it what 'flow\.merge\(\[a, b\]\)' makes of both, or another file", TEXT),
    (r"write the name that pkg-config .*|write it without '\.pc'|write to another file.*", TEXT),
    (r"the (?:largest|units|formats|frame in hand|escape) .*", TEXT),
    (r"give one of the two another name", TEXT),
    (r"a node in C has its helpers in its source|write 'step .*' beside it, or .*", TEXT),
    (r'write a directory relative to this file, .*|write "NAME" or "NAME=VALUE"', TEXT),
    (r"what a node may touch is settled .*|a path is a string parameter.*", TEXT),
    (r"write '(?:\*/|\"|=\})' where it ends.*", TEXT),
    (r"write \[a, b\], a bank, or .*|write a smaller .*", TEXT),
    (r"write 'out .* = …' in the pipeline", TEXT),
    (r"write 'memory 512MiB' or 'processes 0'", TEXT),
    (r"its arguments are those of .*|let a node keep it: .*", TEXT),
    (r"there are len\(xs\).*|ports, parameters and <…> .*", TEXT),
    (r"such a word stands .*|a line goes on after .*", TEXT),
    (r"a value (?:has no frames|of the same frame).*|a parameter is set once, .*", TEXT),
    (r"'every\(1\)' lets .*|the values of .*|of a list, .*|of enums .*", TEXT),
    (r"a parameter is written as .*|the parameters of a pipeline .*|leave out 'live': .*|declare 'const .* in place .*", TEXT),
    (r"write a list of its elements: .*|an output is no name: .*", TEXT),
    (r"give what goes on from its own past .*", TEXT),
    (r"declare it: '(.*): (.*)', or what it is, in the declaration of '(.*)'",
     lambda p, name, type_, kind: p.concrete(name, type_, kind)),
    (r"a power is written .*|what is proved is .*", TEXT),
    (r"say when: .*|leave out one of the two", TEXT),
    (r"sample it in place of .*|write 'sample' before the name by which .*", TEXT),
    (r"move what both need .*|look back at .*|let (?:it fire|'.*' fire) .*", TEXT),
    (r"let '.*' publish both .*|its (?:name must|value one frame) .*", TEXT),
    (r"leave out its 'workers': .*|sample what a node makes .*", TEXT),
    (r"install .*|create .*|add a line such as .*|connect .*", TEXT),
    (r"declare '.*' of '.*' as '.*' and go back in time: .*", TEXT),
    (r"comparisons are not chained: .*|a choice is written .*", TEXT),
    (r"bind (?:it first|each to a name) .*|bind it first: .*", TEXT),
    (r"an origin makes (?:frames|its last) .*|a string stands in .*|a parameter has .*", TEXT),
    (r"a name is bound once; .*|a file of your own .*|a stall ends .*", TEXT),
    (r"write ',' before it, also at the end of a line",
     lambda p: p.put(p.at, p.lines[p.at][:p.message.column - 1] + "," +
                     p.lines[p.at][p.message.column - 1:])),
    (r"a node in C keeps .*|every value has a bound.*|name (?:two|a) node.*", TEXT),
    (r"choose among elements with .*|to convert it, bind .*", TEXT),
    (r"go back in time: write '.*' here, or .*|write '.*', room for .*", TEXT),
    (r"write a (?:time|rate), such as .*|name one by .*|write '.*' to accept .*", TEXT),
    (r"write '.*', or declare .*|write 'persistent state' .*|call it in .*", TEXT),
]


# What a program has beside its mistake, so that the help alone does not do.
EXCEPT = {
    ("E0103_habits.pkd", "write '\"a"): "no stream stands in it",
    ("the_whole_language.pkd", "choose once"): "the ways part at an element of a bank",
    ("E0601_defined_by_itself.pkd", "go back in time"): "another name depends on itself, too",
}


def find_rule(text):
    for number, (pattern, action) in enumerate(RULES):
        match = re.fullmatch(pattern, text)
        if match:
            return number, match, action
    return None, None, None


def difference(old, new):
    """The numbers of the lines in `new` that are not in `old` as they are."""
    matcher = difflib.SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
    return {line + 1 for tag, _, _, first, end in matcher.get_opcodes() if tag != "equal"
            for line in range(first, end)}


def try_help(pkdc, path, options, text, before, message, new, steps=3):
    """What is wrong with the program that the help made; None where all is well. A chain of waits
    may have to be cut in several places: the help of the same message is then another one."""
    trial = os.path.join(os.path.dirname(path), "helps_trial.pkd")
    with open(trial, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(new)
    after = check(pkdc, trial, options)
    os.remove(trial)
    changed = difference(text, new)
    keys = [m.key() for m in before]
    same = [m for m in after if m.key() == message.key()]
    if len(same) >= keys.count(message.key()):
        if steps and same[0].helps and same[0].helps != message.helps:
            _, match, action = find_rule(same[0].helps[0])
            newer = action and action(Program(new, same[0]), *match.groups())
            if newer:
                return try_help(pkdc, path, options, text, before, message, newer, steps - 1)
        return "it gets the same message again"
    fresh = [m for m in after if m.key() not in keys and m.code[0] == "E"]
    errors = [m for m in before if m.code[0] == "E"]
    wrong = fresh if errors in ([], [message]) else [m for m in fresh if m.line in changed]
    return f"it gets {wrong[0].code}: {wrong[0].text}" if wrong else None


def main():
    pkdc, tried, status = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
        words = re.match(r"// pkdc: check(.*)", text)
        options = [w for w in words[1].split() if w != "--report"] if words else []
        before = check(pkdc, path, options)
        for message in before:
            for help_text in message.helps:
                number, match, action = find_rule(help_text)
                where = f"{os.path.basename(path)}:{message.line}: help: {help_text}"
                if number is None:
                    print(f"{where}\n    no rule of helps.py knows it")
                    status = 1
                    continue
                excepted = any(os.path.basename(path) == name and help_text.startswith(begin)
                               for name, begin in EXCEPT)
                if action is TEXT or excepted:
                    continue
                new = action(Program(text, message), *match.groups())
                wrong = "it was not applied" if new in (None, text) else \
                    try_help(pkdc, path, options, text, before, message, new)
                tried += 1
                if wrong:
                    print(f"{where}\n    {wrong}")
                    if os.environ.get("HELPS_SHOW") and new:
                        sys.stdout.writelines(difflib.unified_diff(
                            text.splitlines(True), new.splitlines(True), n=0))
                    status = 1
    print(f"{tried} helps tried")
    return status


sys.exit(main())
