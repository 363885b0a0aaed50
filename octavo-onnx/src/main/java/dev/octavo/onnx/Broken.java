package dev.octavo.onnx;

import dev.octavo.core.ModelException;

/** Makes the exceptions for models that cannot be used, each led by the model's file name. */
final class Broken {
    private static final int LONGEST_NAME = 80;

    private final String model;

    Broken(String model) {
        this.model = model;
    }

    /** What to call the model in a message. */
    String model() {
        return model;
    }

    /** The exception for a model that is ONNX but not valid. */
    ModelException because(String what, String fix) {
        return new ModelException(model + ": " + what, fix);
    }

    /** The exception for an invalid model whose maker has to repair it. */
    ModelException because(String what) {
        return because(what, "export the model again, or see what the onnx checker says of it");
    }

    /** A name as it can be printed: quoted, control characters replaced, shortened. */
    static String quoted(String name) {
        String head = name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
        return "'" + head.replaceAll("\\p{Cntrl}", "\uFFFD") + "'";
    }
}
