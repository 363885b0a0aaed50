/** The report: what was measured of a quantized network, as data, as JSON and as one page without outside references. */
@NullMarked
package dev.octavo.analysis.report;

import org.jspecify.annotations.NullMarked;
