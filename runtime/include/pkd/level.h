/* How much a line of the log matters. */
#ifndef PKD_LEVEL_H
#define PKD_LEVEL_H

enum pkd_level {
	PKD_LOG_ERROR = 1, /* something failed */
	PKD_LOG_WARNING,   /* it goes on, but not as it should */
	PKD_LOG_INFO,      /* worth knowing; the least that is shown unless --log says otherwise */
	PKD_LOG_DEBUG,     /* for who looks for a mistake */
};

#endif
