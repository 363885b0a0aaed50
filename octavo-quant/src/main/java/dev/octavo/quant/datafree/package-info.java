/** What batch-norm statistics say of activations, in the place of data. */
@NullMarked
package dev.octavo.quant.datafree;

import org.jspecify.annotations.NullMarked;
