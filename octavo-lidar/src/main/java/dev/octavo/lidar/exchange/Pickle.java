package dev.octavo.lidar.exchange;

import dev.octavo.core.ModelException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part of Python's pickle format (protocols 2 to 5) that plain data needs: numbers, text, lists, tuples,
 * dictionaries, and the few names that a {@link Names} allows. Nothing is looked up or called by name but through that
 * list; any other name ends the reading with an error that says which it was.
 */
final class Pickle {
    /** Decides which names may occur, and what calling them gives. */
    interface Names {
        /** What a name stands for; empty when it is not allowed. */
        @Nullable
        Callable find(String module, String name);

        /** What a persistent id stands for. */
        Object persistent(Object id);
    }

    /** Something with a name that the data calls. */
    interface Callable extends Function<List<Object>, Object> {}

    /** Python's None. */
    static final Object NONE = new Object() {
        @Override
        public String toString() {
            return "None";
        }
    };

    private static final Object MARK = new Object();

    private final ByteBuffer in;
    private final Names names;
    private final String file;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Pickle(ByteBuffer in, Names names, String file) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.names = names;
        this.file = file;
    }

    /** The object of a pickle. */
    static Object read(byte[] bytes, Names names, String file) {
        Pickle p = new Pickle(ByteBuffer.wrap(bytes), names, file);
        try {
            while (true) {
                int op = p.in.get() & 0xff;
                if (op == '.') {
                    return p.pop();
                }
                p.step(op);
            }
        } catch (BufferUnderflowException
                | IllegalArgumentException
                | ArithmeticException
                | ClassCastException
                | IndexOutOfBoundsException
                | NoSuchElementException
                | UnsupportedOperationException e) {
            throw p.broken("it ends or goes wrong at byte " + p.in.position(), e);
        }
    }

    private void step(int op) {
        switch (op) {
            case 0x80 -> in.get(); // protocol
            case 0x95 -> in.getLong(); // frame
            case '(' -> stack.push(MARK);
            case '0' -> pop();
            case 'N' -> stack.push(NONE);
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'J' -> stack.push((long) in.getInt());
            case 'K' -> stack.push((long) (in.get() & 0xff));
            case 'M' -> stack.push((long) (in.getShort() & 0xffff));
            case 0x8a -> stack.push(integer(in.get() & 0xff));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 'X' -> stack.push(text(in.getInt()));
            case 0x8c, 'U' -> stack.push(text(in.get() & 0xff));
            case 'T' -> stack.push(text(in.getInt()));
            case 'B' -> stack.push(text(in.getInt()));
            case 'C' -> stack.push(text(in.get() & 0xff));
            case '}' -> stack.push(new LinkedHashMap<>());
            case ']' -> stack.push(new ArrayList<>());
            case ')' -> stack.push(List.of());
            default -> structure(op);
        }
    }

    private void structure(int op) {
        switch (op) {
            case 't' -> stack.push(List.copyOf(toMark()));
            case 0x85 -> tuple(1);
            case 0x86 -> tuple(2);
            case 0x87 -> tuple(3);
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.push(known(in.get() & 0xff));
            case 'j' -> stack.push(known(in.getInt()));
            case 'a' -> append(List.of(pop()));
            case 'e' -> append(toMark());
            case 's' -> {
                Object value = pop();
                put(List.of(pop(), value));
            }
            case 'u' -> put(toMark());
            case 'c' -> stack.push(named(line(), line()));
            case 0x93 -> {
                String name = (String) pop();
                stack.push(named((String) pop(), name));
            }
            case 'R', 0x81 -> {
                List<Object> arguments = list(pop());
                stack.push(((Callable) pop()).apply(arguments));
            }
            case 'b' -> build();
            case 'Q' -> stack.push(names.persistent(pop()));
            default ->
                throw broken(String.format("it has the operation 0x%02x, which plain data does not need", op), null);
        }
    }

    /* State of a dictionary (its version notes) says nothing of the data; nothing else has state here. */
    private void build() {
        pop();
        if (!(top() instanceof Map<?, ?>)) {
            throw broken("it sets the state of something that has none", null);
        }
    }

    private Callable named(String module, String name) {
        Callable found = names.find(module, name);
        if (found == null) {
            throw new ModelException(
                    file + " holds an object of the type " + module + "." + name + ", which is not read",
                    "save the tensors alone: torch.save(model.state_dict(), …)");
        }
        return found;
    }

    private void tuple(int n) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            items.add(0, pop());
        }
        stack.push(List.copyOf(items));
    }

    private List<Object> toMark() {
        List<Object> items = new ArrayList<>();
        for (Object o = stack.pop(); o != MARK; o = stack.pop()) {
            items.add(o);
        }
        java.util.Collections.reverse(items);
        return items;
    }

    @SuppressWarnings("unchecked") // lists and maps on the stack are all made here
    private static List<Object> list(Object o) {
        return (List<Object>) o;
    }

    private void append(List<Object> items) {
        list(top()).addAll(items);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> pairs) {
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!(pairs.get(i) instanceof String || pairs.get(i) instanceof Long)) {
                throw broken("a dictionary has a key that is neither text nor a number", null);
            }
            map.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private Object top() {
        Object o = stack.peek();
        if (o == null || o == MARK) {
            throw broken("it takes a value that is not there", null);
        }
        return o;
    }

    private Object pop() {
        Object o = top();
        stack.pop();
        return o;
    }

    private Object known(int id) {
        Object o = memo.get(id);
        if (o == null) {
            throw broken("it recalls a value that it never kept", null);
        }
        return o;
    }

    private Object integer(int length) {
        if (length > 8) {
            throw broken("it has an integer of " + length + " bytes", null);
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (in.get() & 0xffL) << (8 * i);
        }
        return length == 0 ? 0L : (value << (64 - 8 * length)) >> (64 - 8 * length);
    }

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        int start = in.position();
        int end = start;
        while (in.get(end) != '\n') {
            end++;
        }
        String s = text(end - start);
        in.get();
        return s;
    }

    private ModelException broken(String why, @Nullable Exception cause) {
        return new ModelException(
                file + " is no checkpoint of plain data: " + why, "copy it again, or save the tensors alone", cause);
    }
}
