package dev.octavo.core.tensor;

/**
 * What a codec keeps beside an element so that everything it does not understand is written back
 * byte for byte. Opaque to everybody but the codec that made it; immutable.
 */
public interface Carried {}
