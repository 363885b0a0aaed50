package dev.octavo.quant.datafree;

/** How a value is distributed cannot be told without data; says why. */
final class NotKnownException extends Exception {
    private static final long serialVersionUID = 1L;

    NotKnownException(String why) {
        super(why, null, false, false);
    }
}
