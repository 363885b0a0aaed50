package dev.octavo.cli;

import dev.octavo.ort.quantize.QuantizeOptions;
import java.nio.file.Path;

/** One result that was asked for: a range rule by name, its options, the file to write. */
record RangedOptions(String name, QuantizeOptions options, Path output) {}
