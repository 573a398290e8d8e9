#include <stdio.h>

#include "clean/forms.h"

/* A number of `least` to `most` digits, or -1. */
static int take_number(tamis_slice *t, size_t least, size_t most) {
        size_t k = 0;
        int v = 0;

        while (k < t->n && k < most && t->p[k] >= '0' && t->p[k] <= '9')
                v = 10 * v + (t->p[k++] - '0');
        if (k < least)
                return -1;
        t->p += k, t->n -= k;
        return v;
}

static bool take(tamis_slice *t, char c) {
        if (t->n == 0 || t->p[0] != c)
                return false;
        t->p++, t->n--;
        return true;
}

static bool take_blanks(tamis_slice *t) {
        bool any = false;

        while (take(t, ' ') || take(t, '\t'))
                any = true;
        return any;
}

/* 1 .. 12, by its English name or the first three letters of it, or 0. */
static int take_month(tamis_slice *t) {
        static const char *const names[] = { "january", "february", "march", "april", "may", "june", "july", "august",
                                             "september", "october", "november", "december" };
        size_t k = 0;

        while (k < t->n && ((t->p[k] | 32) >= 'a' && (t->p[k] | 32) <= 'z'))
                k++;
        for (int m = 0; m < 12; m++) {
                size_t same = 0;

                while (same < k && names[m][same] && (t->p[same] | 32) == names[m][same])
                        same++;
                if (same != k || (k != 3 && names[m][k]))
                        continue;
                t->p += k, t->n -= k;
                (void) take(t, '.');
                return m + 1;
        }
        return 0;
}

static bool is_leap(int year) {
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_day(int year, int month, int day) {
        static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

        return year >= 1 && month >= 1 && month <= 12 && day >= 1
               && day <= days[month - 1] + (month == 2 && is_leap(year));
}

static bool is_time(int hour, int minute, int second) {
        return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 61;
}

/* Nothing, or a blank or a T and HH:MM or HH:MM:SS. */
static bool take_time(tamis_slice *t, tamis_date *d) {
        int hour, minute, second = 0;
        bool seconds;

        d->time[0] = 0;
        if (t->n == 0)
                return true;
        if (!take(t, 'T') && !take_blanks(t))
                return false;
        hour = take_number(t, 1, 2);
        minute = take(t, ':') ? take_number(t, 2, 2) : -1;
        seconds = take(t, ':');
        if (seconds)
                second = take_number(t, 2, 2);
        if (t->n > 0 || !is_time(hour, minute, second))
                return false;
        (void) snprintf(d->time, sizeof d->time, seconds ? "T%02d:%02d:%02d" : "T%02d:%02d", hour % 100, minute % 100,
                        second % 100);
        return true;
}

static char take_separator(tamis_slice *t) {
        return take(t, '-') ? '-' : take(t, '/') ? '/' : take(t, '.') ? '.' : 0;
}

/* 25 Dec 2020, 25-Dec-2020, Dec 25, 2020 */
static bool read_named(tamis_slice *t, tamis_date *d) {
        d->month = take_month(t);
        if (d->month) {
                (void) take_blanks(t);
                d->day = take_number(t, 1, 2);
                (void) take(t, ',');
        } else {
                d->day = take_number(t, 1, 2);
                (void) (take(t, '.') || take(t, '-'));
                (void) take_blanks(t);
                d->month = take_month(t);
                (void) (take(t, ',') || take(t, '-'));
        }
        (void) take_blanks(t);
        d->year = take_number(t, 4, 4);
        return d->month > 0 && is_day(d->year, d->month, d->day);
}

static void swap(tamis_date *d) {
        int day = d->day;

        d->day = d->month;
        d->month = day;
}

/* 2020-12-25, or two numbers in front of a year. */
static tamis_date_kind read_numbers(tamis_slice *t, tamis_date *d) {
        tamis_slice start = *t;
        char separator;

        d->year = take_number(t, 4, 4);
        separator = d->year >= 0 ? take_separator(t) : 0;
        if (separator) {
                d->month = take_number(t, 1, 2);
                d->day = take(t, separator) ? take_number(t, 1, 2) : -1;
                return is_day(d->year, d->month, d->day) ? TAMIS_DATE_SURE : TAMIS_DATE_NONE;
        }
        *t = start;
        d->day = take_number(t, 1, 2);
        separator = d->day >= 0 ? take_separator(t) : 0;
        d->month = separator ? take_number(t, 1, 2) : -1;
        if (d->month < 0 || !take(t, separator))
                return TAMIS_DATE_NONE;
        d->year = take_number(t, 4, 4);
        if (separator == '.')
                return is_day(d->year, d->month, d->day) ? TAMIS_DATE_SURE : TAMIS_DATE_NONE;
        if (is_day(d->year, d->month, d->day))
                return d->day == d->month ? TAMIS_DATE_SURE : d->day <= 12 ? TAMIS_DATE_EITHER : TAMIS_DATE_DAY_FIRST;
        swap(d);
        return is_day(d->year, d->month, d->day) ? TAMIS_DATE_MONTH_FIRST : TAMIS_DATE_NONE;
}

tamis_date_kind tamis_date_read(tamis_slice text, tamis_date *date) {
        tamis_date_kind kind;
        tamis_slice t = text;

        if (text.n < 8 || text.n >= TAMIS_FORM_MAX)
                return TAMIS_DATE_NONE;
        kind = read_numbers(&t, date);
        if (kind == TAMIS_DATE_NONE) {
                t = text;
                kind = read_named(&t, date) ? TAMIS_DATE_SURE : TAMIS_DATE_NONE;
        }
        return kind != TAMIS_DATE_NONE && take_time(&t, date) ? kind : TAMIS_DATE_NONE;
}

/* -- by a format --------------------------------------------------------------------------------------------------- */

bool tamis_date_format_is_whole(const char *format) {
        bool year = false, month = false, day = false;

        for (; *format; format++) {
                if (*format != '%')
                        continue;
                format++;
                if (!*format || !strchr("YymbBdHMS%", *format))
                        return false;
                year |= *format == 'Y' || *format == 'y';
                month |= *format == 'm' || *format == 'b' || *format == 'B';
                day |= *format == 'd';
        }
        return year && month && day;
}

static bool take_field(tamis_slice *t, char field, tamis_date *d, int time[3]) {
        switch (field) {
        case 'Y':
                return (d->year = take_number(t, 4, 4)) >= 0;
        case 'y':
                d->year = take_number(t, 2, 2);
                d->year += d->year < 0 ? 0 : d->year < 69 ? 2000 : 1900;
                return d->year >= 0;
        case 'm':
                return (d->month = take_number(t, 1, 2)) >= 0;
        case 'b':
        case 'B':
                return (d->month = take_month(t)) > 0;
        case 'd':
                return (d->day = take_number(t, 1, 2)) >= 0;
        case 'H':
                return (time[0] = take_number(t, 1, 2)) >= 0;
        case 'M':
                return (time[1] = take_number(t, 2, 2)) >= 0;
        case 'S':
                return (time[2] = take_number(t, 2, 2)) >= 0;
        default:
                return take(t, field);
        }
}

bool tamis_date_parse(tamis_slice text, const char *format, tamis_date *d) {
        int time[3] = { -1, -1, -1 };

        *d = (tamis_date) {0};
        if (text.n >= TAMIS_FORM_MAX)
                return false;
        for (; *format; format++) {
                bool ok = *format == ' ' ? take_blanks(&text)
                          : *format == '%' ? take_field(&text, *++format, d, time) : take(&text, *format);

                if (!ok)
                        return false;
        }
        if (text.n > 0 || !is_day(d->year, d->month, d->day))
                return false;
        if (time[0] < 0)
                return true;
        if (!is_time(time[0], time[1] < 0 ? 0 : time[1], time[2] < 0 ? 0 : time[2]))
                return false;
        (void) snprintf(d->time, sizeof d->time, time[2] < 0 ? "T%02d:%02d" : "T%02d:%02d:%02d", time[0] % 100,
                        time[1] < 0 ? 0 : time[1] % 100, time[2] % 100);
        return true;
}

size_t tamis_date_print(const tamis_date *d, char out[TAMIS_FORM_MAX]) {
        return (size_t) snprintf(out, TAMIS_FORM_MAX, "%04d-%02d-%02d%s", d->year % 10000, d->month % 100, d->day % 100,
                                 d->time);
}

/* Sakamoto 1992: days of the week repeat with the months' offsets. */
int tamis_date_weekday(const tamis_date *d) {
        static const int offsets[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
        int y = d->year - (d->month < 3);
        int day = (y + y / 4 - y / 100 + y / 400 + offsets[d->month - 1] + d->day) % 7;

        return day ? day : 7;
}
