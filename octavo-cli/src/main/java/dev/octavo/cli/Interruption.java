package dev.octavo.cli;

import dev.octavo.onnx.Scratch;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a command that is asked to stop (Ctrl-C, or a request to terminate) save its work: its thread is interrupted and
 * given a few seconds to end. Who asks twice is obeyed at once. Either way no half-written file stays behind.
 *
 * <p>Signals are caught rather than left to Java, for with the first of them Java would begin to shut down, and ONNX
 * Runtime would close itself beneath the computations that are to be finished. The class for signals is one that Java
 * supports without promising it, hence the reflection; where it is missing, Java shuts down as ever.
 */
final class Interruption {
    private static final long PATIENCE_MILLIS = 5_000;
    private static final int CODE_OF_SIGNALS = 128;
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private final Thread worker;
    private final AtomicInteger signal = new AtomicInteger();

    private Interruption(Thread worker) {
        this.worker = worker;
    }

    /** Has {@code worker} interrupted from now on. */
    static Interruption of(Thread worker) {
        Interruption i = new Interruption(worker);
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Method number = signals.getMethod("getNumber");
            Object handler = Proxy.newProxyInstance(
                    Interruption.class.getClassLoader(), new Class<?>[] {handlers}, (self, method, args) -> {
                        if (!method.getName().equals("handle")) {
                            return method.invoke(i, args);
                        }
                        i.heard((int) number.invoke(args[0]));
                        return null;
                    });
            Method handle = signals.getMethod("handle", signals, handlers);
            for (String name : SIGNALS) {
                handle.invoke(null, signals.getConstructor(String.class).newInstance(name), handler);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            return i; // Java's own way remains: it removes temporary files, but the work of some seconds is lost
        }
        return i;
    }

    /** The exit code of a command that ended with {@code code}. */
    int codeAfter(int code) {
        return code == Failures.DONE || signal.get() == 0 ? code : CODE_OF_SIGNALS + signal.get();
    }

    private void heard(int number) {
        if (!signal.compareAndSet(0, number)) {
            halt(number);
        }
        worker.interrupt();
        Thread patience = new Thread(
                () -> {
                    try {
                        Thread.sleep(PATIENCE_MILLIS);
                        halt(number);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "octavo-patience");
        patience.setDaemon(true);
        patience.start();
    }

    private static void halt(int number) {
        Scratch.removeAll();
        Runtime.getRuntime().halt(CODE_OF_SIGNALS + number);
    }
}
