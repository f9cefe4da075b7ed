'use strict';

/**
 * Stands for moment-timezone in bundles: the library reads times with moment alone, and of the time zone data
 * (the larger half) it only asks, at load time, where this machine is. Lambda is in UTC.
 */
const moment = require('moment');

function tz(...input) {
  return moment.utc(...input.slice(0, -1));
}
tz.guess = () => 'UTC';
moment.tz = tz;
moment.fn.tz = function utcOnly() {
  return this.utc();
};

module.exports = moment;
