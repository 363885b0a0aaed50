/** NumPy's array files: {@code .npy} and {@code .npz}. */
@NullMarked
package dev.octavo.tasks.npy;

import org.jspecify.annotations.NullMarked;
