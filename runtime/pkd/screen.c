/* By ncurses, where it was there when pkd was built. */
#define _GNU_SOURCE
#include "pkd/screen.h"

#include <stdio.h>
#include <unistd.h>

#include "pkd/say.h"

#ifdef PKD_NCURSES

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "pkd/key.h"

static SCREEN *screen;
static attr_t looks[N_LOOKS];

/* Each look is told apart without colours, too, where that matters. */
static void choose_looks(void)
{
	static const struct {
		attr_t attributes;
		short colour; /* -1: that of the terminal */
	} wanted[N_LOOKS] = {
		[LOOK_PLAIN] = {A_NORMAL, -1},         [LOOK_HEAD] = {A_BOLD | A_UNDERLINE, -1},
		[LOOK_TITLE] = {A_BOLD, -1},           [LOOK_QUIET] = {A_DIM, -1},
		[LOOK_GOOD] = {A_NORMAL, COLOR_GREEN}, [LOOK_WARN] = {A_BOLD, COLOR_YELLOW},
		[LOOK_BAD] = {A_BOLD, COLOR_RED},      [LOOK_ASK] = {A_REVERSE | A_BOLD, -1},
		[LOOK_CHOSEN] = {A_REVERSE, -1},
	};
	const char *none = getenv("NO_COLOR");
	bool has_colours = has_colors() && !(none && *none);

	if (has_colours) {
		start_color();
		use_default_colors();
	}
	for (int i = 0; i < N_LOOKS; i++) {
		looks[i] = wanted[i].attributes;
		if (!has_colours || wanted[i].colour < 0)
			continue;
		init_pair((short)(i + 1), wanted[i].colour, -1);
		looks[i] |= (attr_t)COLOR_PAIR(i + 1);
	}
}

bool screen_begin(void)
{
	const char *terminal = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fail("no_terminal", "top needs a terminal; `pkd top --json` does not");
		return false;
	}
	use_env(TRUE);
	use_tioctl(TRUE);
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		fail("no_terminal", "this terminal is not known: TERM is '%s'",
		     terminal ? terminal : "");
		return false;
	}
	set_term(screen);
	if (!tigetstr("cup")) {
		screen_end();
		fail("no_terminal", "this terminal cannot show a screen: TERM is '%s'", terminal);
		return false;
	}
	set_escdelay(25);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	choose_looks();
	return true;
}

void screen_end(void)
{
	endwin();
	delscreen(screen);
	screen = NULL;
}

void screen_canvas(struct canvas *ret_canvas)
{
	int rows, columns;

	getmaxyx(stdscr, rows, columns);
	canvas_begin(ret_canvas, rows, columns, !strcmp(nl_langinfo(CODESET), "UTF-8"));
}

void screen_show(const struct canvas *canvas)
{
	wchar_t run[512];

	erase();
	for (int row = 0; row < canvas->rows; row++) {
		const struct cell *cells = &canvas->cells[row * canvas->columns];
		int n;

		for (int at = 0; at < canvas->columns; at += n) {
			for (n = 0; at + n < canvas->columns && n < 511 &&
			            cells[at + n].look == cells[at].look;
			     n++)
				run[n] = (wchar_t)cells[at + n].character;
			attrset((int)looks[cells[at].look]);
			mvaddnwstr(row, at, run, n);
		}
	}
	attrset(A_NORMAL);
	refresh();
}

int screen_key(void)
{
	int key = getch();

	switch (key) {
	case ERR:
		return -1;
	case KEY_UP:
		return TOP_UP;
	case KEY_DOWN:
		return TOP_DOWN;
	case KEY_PPAGE:
		return TOP_PAGE_UP;
	case KEY_NPAGE:
		return TOP_PAGE_DOWN;
	case KEY_HOME:
		return TOP_HOME;
	case KEY_END:
		return TOP_END;
	case KEY_LEFT:
		return TOP_LEFT;
	case KEY_RIGHT:
		return TOP_RIGHT;
	case '\t':
		return TOP_NEXT_TAB;
	case KEY_BTAB:
		return TOP_PREVIOUS_TAB;
	case KEY_BACKSPACE:
	case 0x7f:
	case '\b':
		return TOP_BACKSPACE;
	case KEY_DC:
		return TOP_DELETE;
	case KEY_ENTER:
	case '\r':
		return TOP_ENTER;
	case KEY_RESIZE: /* what a terminal does then with what it shows is its own affair */
	case 'L' & 0x1f: /* the usual key for drawing everything anew */
		clearok(curscr, TRUE);
		return 0;
	default:
		return key < 0x100 ? key : 0;
	}
}

#else

bool screen_begin(void)
{
	fail("no_ncurses",
	     "this pkd was built without ncurses, which top needs: install it (Debian: "
	     "libncurses-dev) and build pkd again; `pkd top --json` does without");
	return false;
}

void screen_end(void)
{
}

void screen_canvas(struct canvas *ret_canvas)
{
	canvas_begin(ret_canvas, 24, 80, false);
}

void screen_show(const struct canvas *canvas)
{
	(void)canvas;
}

int screen_key(void)
{
	return 'q';
}

#endif
