/** Dense arrays: element types, shapes, storage. */
@NullMarked
package dev.octavo.core.tensor;

import org.jspecify.annotations.NullMarked;
