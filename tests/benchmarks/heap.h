/* The binary heap of both programs in C. Who includes it defines Event, before(), and the array heap with its size. */

static void sift_up(Event event) {
    int i = size++;
    while (i > 0 && before(&event, &heap[(i - 1) / 2])) { heap[i] = heap[(i - 1) / 2]; i = (i - 1) / 2; }
    heap[i] = event;
}

static Event pop(void) {
    Event first = heap[0], moved = heap[--size];
    int i = 0, child;
    while ((child = 2 * i + 1) < size) {
        if (child + 1 < size && before(&heap[child + 1], &heap[child])) child++;
        if (!before(&heap[child], &moved)) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
    return first;
}
