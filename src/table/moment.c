#include "table/moment.h"

/* Take `digits` digits off the front. */
static bool take(tamis_slice *s, int digits, long *ret) {
        long v = 0;

        if (s->n < (size_t) digits)
                return false;
        for (int i = 0; i < digits; i++) {
                if (s->p[i] < '0' || s->p[i] > '9')
                        return false;
                v = v * 10 + (s->p[i] - '0');
        }
        s->p += digits;
        s->n -= (size_t) digits;
        *ret = v;
        return true;
}

static bool skip(tamis_slice *s, char c) {
        if (s->n == 0 || *s->p != c)
                return false;
        s->p++, s->n--;
        return true;
}

static bool is_leap(long year) {
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970-01-01: whole years first, then the months of this one. */
static long days(long year, long month, long day) {
        static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
        long y = year - 1, years = y * 365 + y / 4 - y / 100 + y / 400 - 719162;

        return years + before[month - 1] + (month > 2 && is_leap(year)) + day - 1;
}

static bool take_date(tamis_slice *s, double *seconds) {
        static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
        long year, month = 1, day = 1;

        if (!take(s, 4, &year) || year == 0)
                return false;
        if (skip(s, '-')) {
                if (!take(s, 2, &month) || month < 1 || month > 12)
                        return false;
                if (skip(s, '-')) {
                        long last = length[month - 1] + (month == 2 && is_leap(year));

                        if (!take(s, 2, &day) || day < 1 || day > last)
                                return false;
                }
        }
        *seconds = 86400. * (double) days(year, month, day);
        return true;
}

static bool take_fraction(tamis_slice *s, double *seconds) {
        double unit = 1;
        bool any = false;

        for (; s->n > 0 && *s->p >= '0' && *s->p <= '9'; s->p++, s->n--, any = true) {
                unit /= 10;
                *seconds += unit * (*s->p - '0');
        }
        return any;
}

static bool take_time(tamis_slice *s, double *seconds) {
        long hour, minute, second = 0;

        if (!take(s, 2, &hour) || hour > 24 || !skip(s, ':') || !take(s, 2, &minute) || minute > 59)
                return false;
        if (skip(s, ':')) {
                if (!take(s, 2, &second) || second > 60)
                        return false;
                if ((skip(s, '.') || skip(s, ',')) && !take_fraction(s, seconds))
                        return false;
        }
        *seconds += (double) (hour * 3600 + minute * 60 + second);
        return true;
}

static bool take_zone(tamis_slice *s, double *seconds) {
        long hours, minutes = 0;
        int sign;

        if (s->n == 0 || skip(s, 'Z') || skip(s, 'z'))
                return true;
        sign = skip(s, '+') ? 1 : skip(s, '-') ? -1 : 0;
        if (sign == 0 || !take(s, 2, &hours))
                return false;
        skip(s, ':');
        if (s->n > 0 && !take(s, 2, &minutes))
                return false;
        *seconds -= sign * (double) (hours * 3600 + minutes * 60);
        return true;
}

bool tamis_moment_parse(tamis_slice s, double *ret) {
        double seconds = 0;

        while (s.n > 0 && (*s.p == ' ' || *s.p == '\t'))
                s.p++, s.n--;
        while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
                s.n--;
        if (!take_date(&s, &seconds))
                return false;
        if (skip(&s, 'T') || skip(&s, 't') || skip(&s, ' ')) {
                if (!take_time(&s, &seconds))
                        return false;
                skip(&s, ' ');
                if (!take_zone(&s, &seconds))
                        return false;
        }
        if (s.n > 0)
                return false;
        *ret = seconds;
        return true;
}
