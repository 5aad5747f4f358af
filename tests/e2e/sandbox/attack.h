#ifndef ATTACK_H
#define ATTACK_H

/* Tries it; returns errno. */
int attack(const char *what, const char *path, int sibling, long *ret_result);

#endif
