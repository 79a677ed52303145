// What does the pipe do? Something trivial to the payload, the same on both Nest peers.
import { Injectable, type PipeTransform } from '@nestjs/common';
import type { NoteBody } from '../workload.js';

@Injectable()
export class TrimTextPipe implements PipeTransform<NoteBody, NoteBody> {
  transform(note: NoteBody): NoteBody {
    note.text = note.text.trim();
    return note;
  }
}
