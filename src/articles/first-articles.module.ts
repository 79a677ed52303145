// Where do the first articles come from? The demo imports this beside the articles.
import { Module } from '@nestjs/common';
import { FirstArticles } from './first.articles.js';

@Module({ providers: [FirstArticles] })
export class FirstArticlesModule {}
