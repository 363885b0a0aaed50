/** YAML read with line numbers, so that errors can name them. */
@NullMarked
package dev.octavo.tasks.yaml;

import org.jspecify.annotations.NullMarked;
