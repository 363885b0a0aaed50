/** Tests of the report: its numbers, its page, and the page in a browser. */
@NullMarked
package dev.octavo.analysis.report;

import org.jspecify.annotations.NullMarked;
