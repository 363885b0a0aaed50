package dev.octavo.analysis.check;

import java.util.List;

/**
 * One section of the report.
 *
 * @param rows its table
 * @param findings what of it will cost something
 */
record Section<R>(List<R> rows, List<Finding> findings) {
    Section {
        rows = List.copyOf(rows);
        findings = List.copyOf(findings);
    }
}
