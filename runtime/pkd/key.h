/* Keys, whatever the terminal calls them. Others are characters, or bytes of one in UTF-8. */
#ifndef PKD_KEY_H
#define PKD_KEY_H

enum top_key {
	TOP_CLEAR = 'U' & 0x1f,
	TOP_ENTER = '\n',
	TOP_ESCAPE = 0x1b,
	TOP_UP = 0x10000,
	TOP_DOWN,
	TOP_PAGE_UP,
	TOP_PAGE_DOWN,
	TOP_HOME,
	TOP_END,
	TOP_NEXT_TAB,
	TOP_PREVIOUS_TAB,
	TOP_LEFT,
	TOP_RIGHT,
	TOP_BACKSPACE,
	TOP_DELETE,
};

#endif
