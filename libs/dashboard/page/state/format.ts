// How are counts, sizes and times formatted?

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const RATE = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

export function count(value: number): string {
  return COUNT.format(value);
}

/** For rates and milliseconds. */
export function rate(value: number): string {
  return (value < 100 ? RATE : COUNT).format(value);
}

/** Decimal units: `1.5 kB`. */
export function bytes(value: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${RATE.format(value / 1000 ** power)} ${UNITS[power]}`;
}

/** `3 d 4 h`, `4 h 5 min`, `5 min`, `12 s`. */
export function duration(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}

/** Time of day in the reader's time zone: `14:03:09`, with `milliseconds` `14:03:09.120`. */
export function clock(at: number, milliseconds = false): string {
  const date = new Date(at);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'));
  return parts.join(':') + (milliseconds ? `.${String(date.getMilliseconds()).padStart(3, '0')}` : '');
}

/** As `clock`, with the date in front unless it is that of `now`. */
export function since(at: number, now: number): string {
  const day = new Date(at).toDateString();
  return day === new Date(now).toDateString() ? clock(at) : `${new Date(at).toLocaleDateString('en-CA')} ${clock(at)}`;
}
